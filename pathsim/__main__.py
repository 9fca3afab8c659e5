"""``python -m pathsim`` is the same as ``pathsim``."""

from pathsim.cli import main

main()
