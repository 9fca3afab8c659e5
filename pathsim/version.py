"""Which pathsim this is, and which names its results go by."""

__version__ = "0.1.0"
SCHEMA_VERSION = 2
"""Of every output in JSON: a renamed key is a new version."""
