"""The app: screens and widgets. It knows nothing of the simulation but what the player shows."""

import os

# Textual asks the environment how often it may paint, and nobody else. Only what has changed is painted, so mostly
# nothing is; but at its own 60 times a second the answer to a key would wait up to 17 ms for its turn.
os.environ.setdefault("TEXTUAL_FPS", "250")
