"""The results of trials: each figure is declared once, as an array over the trials of a chunk.

One trial as JSON (``json``), what an ensemble keeps of each replicate (``replicates``), figures that somebody names
(``chosen``, ``lookup``) and the tables and screens all read the same parts (``trial``, ``endpoint``).
"""
