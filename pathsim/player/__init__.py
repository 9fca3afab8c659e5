"""What the app asks of the simulation: trials that can be looked at on any day, in a process of their own."""
