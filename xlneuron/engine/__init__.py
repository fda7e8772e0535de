"""The mathematics, with NumPy alone: networks, derivatives, optimisers, training, sweeps, the diagnosis.

Everything that cells calculate is compared with it, so nothing of it is used to write them.
"""
