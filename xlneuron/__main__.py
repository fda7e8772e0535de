"""`python -m xlneuron` is the command `xlneuron`."""

from xlneuron.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
