"""The trial: what is known on a day, its endpoints, and the results object that reports and screens read."""
