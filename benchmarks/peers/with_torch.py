"""What PyTorch users write: training datapoint by datapoint with autograd, and many runs as one batch."""

import torch
from serve import serve

torch.set_default_dtype(torch.float64)


def versions():
    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


def train(x, y, learning_rate, h):
    """One epoch of c*relu(a*x + b) + d: every column of the table, row by row, all kept as numbers."""
    weights = torch.ones(4, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=learning_rate)
    moves = h * torch.eye(4)
    rows = []

    def error(weights, x, y):
        a, b, c, d = weights
        z = a * x + b
        prediction = c * torch.relu(z) + d
        return z, prediction, (prediction - y) ** 2

    for x_row, y_row in zip(torch.tensor(x), torch.tensor(y), strict=True):
        before = weights.detach().clone()
        z, prediction, squared = error(weights, x_row, y_row)
        optimizer.zero_grad()
        squared.backward()
        with torch.no_grad():
            moved = torch.stack([error(before + move, x_row, y_row)[2] for move in moves])
            estimated = (moved - squared) / h
        exact, weights.grad = weights.grad, estimated
        optimizer.step()
        single = torch.stack([x_row, y_row, z.detach(), prediction.detach(), squared.detach()])
        rows.append(torch.cat([single, before, moved, estimated, exact, weights.detach()]).tolist())
    return {"last": rows[-1][-4:]}


def sweep(weights, rates, x, y, epochs, autograd):
    """Many runs of the same training as one batch, the derivatives by autograd or written out."""
    weights, rates = torch.tensor(weights), torch.tensor(rates)[:, None]
    for _ in range(epochs):
        for x_row, y_row in zip(x, y, strict=True):
            if autograd:
                leaf = weights.detach().requires_grad_()
                a, b, c, d = leaf.unbind(1)
                error = (c * torch.relu(a * x_row + b) + d - y_row) ** 2
                (grads,) = torch.autograd.grad(error.sum(), leaf)
            else:
                a, b, c, d = weights.unbind(1)
                z = a * x_row + b
                signal = torch.relu(z)
                slope = 2 * (c * signal + d - y_row)
                back = slope * c * (z > 0)
                grads = torch.stack([back * x_row, back, slope * signal, slope], 1)
            weights = weights - rates * grads
    return {"last": weights[-1].tolist()}


serve(versions, train, sweep)
