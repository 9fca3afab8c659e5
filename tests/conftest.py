"""One search for everybody: the same examples on every run and every machine, and no limit on a slow one's patience."""

from hypothesis import settings

settings.register_profile("pathsim", deadline=None, derandomize=True, database=None)
settings.load_profile("pathsim")
