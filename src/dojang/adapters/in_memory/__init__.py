"""A working twin of every port, for journeys' tests and for trying things out: nothing outlives the process."""
