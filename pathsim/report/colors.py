"""The colors of arms: those of Okabe and Ito, told apart by color-blind readers."""

ARM_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00")
