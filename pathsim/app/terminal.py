"""The terminal: whatever it sends, the app lives; however the app ends, the terminal is as it was before."""

import os
import signal
import termios
import threading
from contextlib import suppress
from typing import NoReturn

from textual.drivers.linux_driver import LinuxDriver

from pathsim.app import textual_private

FAILED = 1
"""How the app ends when somebody else ends it."""
PATIENCE_SECONDS = 3.0
"""After so long an app that was told to end, and cannot, is ended."""
OUTPUT = 2
"""Textual draws on standard error."""
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
AS_BEFORE = "\x1b[?1000;1003;1015;1006;1016;2004;2048;1004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"
"""No mouse, no pasting in brackets, no reports; lines wrap; the usual keys; the screen and the cursor from before."""
REPORTS_OFF = "\x1b[?1016;2048l"
"""The mouse in pixels, and sizes."""


class SteadyDriver(LinuxDriver):
    """Textual's driver, which stumbles over bytes that are no text, over sequences that are no keys, and signals."""

    def start_application_mode(self) -> None:
        """Take the terminal, and be ready to give it back."""
        for number in SIGNALS:
            signal.signal(number, lambda *_: self._end())
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back, without reports that were asked for in answer to its last words."""
        super().stop_application_mode()
        self.write(REPORTS_OFF)

    def run_input_thread(self) -> None:
        """Read keys. What the terminal sends that is none is left out, with what came in the same breath."""
        while not self.exit_event.is_set():
            # Textual's loop ends with its parser; another one begins anew, and knows nothing of what was wrong.
            try:
                super().run_input_thread()
            except (ArithmeticError, LookupError, ValueError, BlockingIOError):
                # The answer is the size of the terminal: without it nobody knows where the mouse is.
                textual_private.ask_for_size(self)
            except OSError:
                self._end()
                return

    def write(self, data: str) -> None:
        """Write to the terminal; if it takes nothing more, there is nothing left to do.

        Another program that shares it may have told it not to let anybody wait: then what it has no room for is lost.
        """
        if textual_private.has_stopped_writing(self):
            self._leave()
        os.set_blocking(OUTPUT, True)
        super().write(data)

    def _end(self) -> None:
        """Ask the app to end; end it, if it does not."""
        forced = threading.Timer(PATIENCE_SECONDS, self._leave)
        forced.daemon = True
        forced.start()
        with suppress(RuntimeError):  # where it has ended already
            textual_private.ask_to_exit(self, FAILED)

    def _leave(self) -> NoReturn:
        """End at once, for when the app cannot do it itself; the terminal is put right as far as it listens."""
        with suppress(OSError, termios.error):
            os.set_blocking(OUTPUT, False)
            os.write(OUTPUT, AS_BEFORE.encode())
            os.set_blocking(OUTPUT, True)
        with suppress(OSError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os._exit(FAILED)
