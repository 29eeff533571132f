"""The HTTP door: read a request, call the desk, answer; problems for everything else."""
