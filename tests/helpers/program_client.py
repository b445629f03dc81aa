"""A call of `program_server`: what it writes, takes, says at its end and does on signals is what the fork does.

It runs as a script of its own, whose socket lies beside it, and imports little, since its start is what it saves.
"""

import json
import os
import resource
import signal
import socket
import sys
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def call(address: str, arguments: list[str]) -> int:
    """Give the status of the fork: the number of a signal is below 0."""
    streams = [number for number in range(3) if os.path.exists(f"/proc/self/fd/{number}")]
    request = {
        "arguments": arguments,
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "open": streams,
        "largest_file": resource.getrlimit(resource.RLIMIT_FSIZE),
        "ignored": [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_IGN],
    }
    message = json.dumps(request).encode()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    socket.send_fds(connection, [len(message).to_bytes(4, "big")], streams)
    connection.sendall(message)
    with connection.makefile() as answers:
        child = int(answers.readline())

        def send_on(number: int, _: FrameType | None) -> None:
            os.kill(child, number)

        for number in SIGNALS:
            if number not in request["ignored"]:
                signal.signal(number, send_on)
        for number in streams:
            os.close(number)
        return int(answers.readline())


if __name__ == "__main__":
    status = call(f"{sys.argv[0]}.socket", sys.argv[1:])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
