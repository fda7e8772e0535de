"""Figures that other programs computed, and the scripts that let them."""
