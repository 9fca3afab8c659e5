"""How true a scenario is: its targets checked, its numbers calibrated, what is not known measured."""
