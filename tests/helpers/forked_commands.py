"""Runs command lines in forks of one process, see `fork_server`."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.helpers.outcome import Outcome

ROOT = Path(__file__).parents[2]
_STREAM_LIMIT = 2_000_000


class ForkedCommands:
    """A fork server and its streams.

    Args:
        warm_up: command lines that import what is imported once.
    """

    def __init__(self, warm_up: Sequence[Sequence[str]] = ()) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
        environment.pop("BERT_NER_LANG", None)
        self._server = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "helpers" / "fork_server.py"), json.dumps(warm_up)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert self._read() == "ready"

    def __call__(
        self,
        *arguments: object,
        folder: Path,
        stdin: bytes | str | None = None,
        stdout: str | None = None,
        stderr: str | None = None,
        closed: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
        seconds: float = 20,
        megabytes: int = 3000,
        file_size: int = 0,
        fault: Mapping[str, Any] | None = None,
        signal_after: tuple[int, float] | None = None,
        meanwhile: Callable[[int], None] | None = None,
    ) -> Outcome:
        """Run a command line.

        Args:
            *arguments: the command line, without the name of the program.
            folder: the current folder.
            stdin: what it reads, or the path of it.
            stdout: the path of its standard output, if that isn't to be looked at.
            stderr: the same for standard error.
            closed: the numbers of the streams that are closed.
            environment: more variables.
            seconds: its time on the processor, and a quarter of its time by the clock; then it is killed.
            megabytes: its memory beside what is loaded.
            file_size: no file can become larger, nor standard output and error, which are files: give them some room.
            fault: the arguments of `faulty_files.install`.
            signal_after: a signal to send, and the seconds after which.
            meanwhile: called with the process id while it runs.
        """
        line = tuple(os.fspath(one) if isinstance(one, os.PathLike) else str(one) for one in arguments)
        with tempfile.TemporaryDirectory(prefix="streams-") as streams:
            paths = [os.devnull, stdout or os.path.join(streams, "out"), stderr or os.path.join(streams, "err")]
            if isinstance(stdin, bytes):
                paths[0] = os.path.join(streams, "in")
                Path(paths[0]).write_bytes(stdin)
            elif stdin:
                paths[0] = stdin
            request = {
                "arguments": line,
                "folder": str(folder),
                "environment": dict(environment or {}),
                "streams": paths,
                "closed": list(closed),
                "cpu": math.ceil(seconds),
                "memory": megabytes,
                "file_size": file_size,
                "fault": fault and dict(fault),
            }
            assert self._server.stdin
            self._server.stdin.write(json.dumps(request) + "\n")
            self._server.stdin.flush()
            child = int(self._read())
            stopped, sent = threading.Event(), 0
            timers = [threading.Timer(4 * seconds, self._stop, (child, signal.SIGKILL, stopped))]
            if signal_after:
                sent = signal_after[0]
                timers.append(threading.Timer(signal_after[1], self._stop, (child, sent, threading.Event())))
            for timer in timers:
                timer.start()
            if meanwhile:
                meanwhile(child)
            result = json.loads(self._read())
            for timer in timers:
                timer.cancel()
            output, errors = (_tail(path) if path.startswith(streams) else "" for path in paths[1:])
        over = stopped.is_set() or result["status"] == -signal.SIGXCPU
        return Outcome(line, result["status"], output, errors, result["seconds"], result["megabytes"], over, sent)

    def close(self) -> None:
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait(10)

    def _read(self) -> str:
        assert self._server.stdout
        line = self._server.stdout.readline()
        assert line, "the fork server has ended"
        return line.rstrip("\n")

    @staticmethod
    def _stop(child: int, number: int, done: threading.Event) -> None:
        done.set()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)


def _tail(path: str) -> str:
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        return file.read(_STREAM_LIMIT).decode("utf-8", "backslashreplace")
    return ""
