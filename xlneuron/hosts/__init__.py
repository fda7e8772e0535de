"""The programs that xlneuron lives in: one subpackage for each."""
