"""A flight simulator for randomized clinical trials."""

__version__ = "0.1.0"
