"""Lessons: what is said, shown and asked, step by step, with figures that are computed when the lesson is given."""
