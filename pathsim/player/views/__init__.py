"""The data of each screen: plain numbers and words, which know nothing of the simulation."""
