"""Screens, one in a file, each with its stylesheet beside it."""
