"""The data of each screen: plain numbers and words, as large for ten thousand patients as for ten.

Screens and widgets read these and nothing else of the simulation. Times are in days, shares are fractions.
"""
