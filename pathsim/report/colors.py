"""The colors of arms: those of Okabe and Ito, told apart by color-blind readers, and darker or lighter for text."""

ARM_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00")
ON_LIGHT = ("#0063A0", "#9E4A00", "#00694C", "#9A3D73")
"""On a light ground, with a contrast of 4.5 at least."""
ON_DARK = ("#56B4E9", "#E69F00", "#1FB58A", "#D98CB8")
"""The same on a dark one."""
