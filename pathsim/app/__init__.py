"""The app: screens and widgets. It knows nothing of the simulation but what the player shows."""
