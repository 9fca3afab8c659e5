"""What ``import pathsim`` offers to programs and notebooks, and to the commands."""
