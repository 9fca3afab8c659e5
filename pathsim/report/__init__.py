"""Reports: a trial in the terminal, and pictures of its pathway."""
