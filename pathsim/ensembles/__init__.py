"""Ensembles: the same trial many times, and what that says of its design."""
