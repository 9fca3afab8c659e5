"""Survival statistics of many trials at once: one risk table, and what follows from its counts.

One trial is a chunk of one. Times are in days and counted from each patient's own start, such as randomization.
"""
