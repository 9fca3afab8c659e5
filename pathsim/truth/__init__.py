"""How true a scenario is: its targets checked, its numbers calibrated, its ignorance measured."""
