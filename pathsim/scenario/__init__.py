"""Scenario files: found, read, joined, checked, and made ready to run."""
