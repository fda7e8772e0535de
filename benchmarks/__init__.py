"""Every goal of performance, measured side by side with what else does the same: `python -m benchmarks`."""
