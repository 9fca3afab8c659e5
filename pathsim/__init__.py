"""A flight simulator for randomized clinical trials."""

from pathsim.version import SCHEMA_VERSION, __version__

__all__ = ["SCHEMA_VERSION", "__version__"]
