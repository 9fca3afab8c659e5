"""Workers that are forked from a process which has imported all that they need.

Each is a process of its own, as in the app, with the same pipes; starting one takes hundredths of a second instead of
the second that the imports take. Where the system cannot do this, workers are started as the app starts them.
"""

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

MOST_BYTES = 1 << 20
"""Of the names and values of the environment."""


def can_fork() -> bool:
    """Whether this system gives away descriptors, and tells of the end of a process that is not a child."""
    if not (hasattr(os, "pidfd_open") and hasattr(socket, "SCM_RIGHTS")):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class ForkedProcess:
    """What the app needs of a ``Popen``, of a process that is the child of another one."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None
        self._end = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """0 once it has ended; how, its parent knows alone."""
        if self.returncode is None and select.select([self._end], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended."""
        if self.returncode is None:
            if not select.select([self._end], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked worker", timeout or 0.0)
            self._ended()
        return 0

    def kill(self) -> None:
        """End it at once."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._end, signal.SIGKILL)

    def _ended(self) -> None:
        self.returncode = 0
        os.close(self._end)


class Parent:
    """The process that workers are forked from."""

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )

    def fork(self) -> ForkedProcess:
        """Another worker, in the folder and the environment in which we are now."""
        request, to_worker = os.pipe()
        from_worker, reply = os.pipe()
        around = json.dumps([str(Path.cwd()), dict(os.environ)]).encode()
        rights = array.array("i", [request, reply])
        self.socket.sendmsg([around], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        os.close(request)
        os.close(reply)
        pid = int(self.socket.recv(32))
        return ForkedProcess(pid, os.fdopen(to_worker, "wb"), os.fdopen(from_worker, "rb"))


@cache
def parent() -> Parent:
    """One for all tests of this process; it ends with us, when nobody holds the other end of its socket."""
    return Parent()


def _serve(requests: socket.socket) -> None:
    """Fork a worker for each request."""
    from pathsim.player import worker  # noqa: PLC0415 - the tests themselves need nothing of it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        around, found, _, _ = socket.recv_fds(requests, MOST_BYTES, 2)
        if not around:
            return
        if not (pid := os.fork()):
            requests.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            folder, environment = json.loads(around)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environment)
            for number, descriptor in enumerate(found):
                os.dup2(descriptor, number)
                os.close(descriptor)
            if not os.environ.get("PATHSIM_DEBUG"):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            worker.main()
            os._exit(0)
        for descriptor in found:
            os.close(descriptor)
        requests.send(str(pid).encode())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
