"""A process that has imported everything once, and answers each call of `program_client` by a fork of itself.

It listens on a Unix socket. A call sends its command line, folder, environment, limit and standard streams, and gets
the process id of the fork, then its exit status. Calls can run at the same time.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from tests.helpers.fork_server import import_as_in_a_fork, status_of, wrap_streams


def serve(address: str) -> None:
    """Answer calls until the process that started this one closes standard input."""
    importlib.import_module("ner.training.train")
    import_as_in_a_fork(["tag", "--text", "我", "--quiet"])
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        if os.fork():
            sys.stdin.read()  # ends with the tests
            os.killpg(0, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who answer
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """Run one call, and tell how it ended. Never returns."""
    length, streams, _, _ = socket.recv_fds(connection, 4, 3)
    request = json.loads(connection.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        connection.close()
        _run(request, dict(zip(request["open"], streams, strict=True)))
    for descriptor in streams:
        os.close(descriptor)
    with contextlib.suppress(BrokenPipeError):  # who called may be gone
        connection.sendall(b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _run(request: dict[str, Any], streams: dict[int, int]) -> None:
    """Be the process of one call. Never returns."""
    status = 1
    try:
        for number in range(3):
            os.dup2(streams[number], number) if number in streams else os.close(number)
        for descriptor in streams.values():
            os.close(descriptor)
        for number in request["ignored"]:
            signal.signal(number, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, request["largest_file"])
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        wrap_streams([number for number in range(3) if number not in streams])
        status = status_of(request["arguments"])
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1])
