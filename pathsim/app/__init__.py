"""The app: screens and widgets. It knows nothing of the simulation but what the player shows."""

import os

# Textual takes from the environment alone how often it may paint, and reads it as it is loaded. Only what has changed
# is painted, so mostly nothing is; but at its own 60 times a second the answer to a key would wait for up to 17 ms.
os.environ.setdefault("TEXTUAL_FPS", "250")
