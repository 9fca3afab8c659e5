"""A flight simulator for randomized clinical trials."""

__version__ = "0.1.0"
SCHEMA_VERSION = 2
"""Of every output in JSON: a renamed key is a new version."""
