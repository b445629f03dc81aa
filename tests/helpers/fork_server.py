"""A process that has imported everything once, and runs each command line in a fork of itself.

A fork takes hundredths of a second where a new process takes seconds, and it can crash, run out of memory, be killed or
have its streams closed like any process. The server has one thread; so forking it is safe.

It reads a request, a line of JSON, from its standard input, answers with the process id of the fork, and when that has
ended with its status, seconds and memory.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Collection, Iterator
from typing import Any

FLUSH_FAILED = 120  # the status of Python if standard output can't be flushed at the end
TOUCHED_DEVICES = 99  # the status of a command that was about to change what devices there are

_STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def serve(warm_up: list[list[str]]) -> None:
    requests, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    importlib.import_module("ner.training.train")  # most of what the command lines import
    for arguments in warm_up:
        import_as_in_a_fork(arguments)
    from tests.helpers.kept_conversions import keep_conversions

    keep_conversions()
    gc.collect()
    gc.freeze()
    answers.write("ready\n")
    answers.flush()
    for line in requests:
        request = json.loads(line)
        start = time.monotonic()
        child = os.fork()
        if child == 0:
            _run(request, (requests.fileno(), answers.fileno()))
        answers.write(f"{child}\n")
        answers.flush()
        _, status, usage = os.wait4(child, 0)
        result = {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - start,
            "cpu": usage.ru_utime + usage.ru_stime,
            "megabytes": usage.ru_maxrss // 1024,
        }
        answers.write(json.dumps(result) + "\n")
        answers.flush()


def import_as_in_a_fork(arguments: list[str]) -> None:
    """Import here what a command imports, without running it here: its threads would not survive a fork."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        from ner.commands.app import app

        with contextlib.suppress(BaseException):
            app(arguments)
        os.write(write, "\n".join(sys.modules).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        names = file.read().split("\n")
    os.waitpid(child, 0)
    for name in names:
        if not name.startswith(("__main__", "torch._classes", "torch.ops")):
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _run(request: dict[str, Any], inherited: tuple[int, ...]) -> None:
    """Be the process of one command line. Never returns."""
    status = 1
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        for descriptor in inherited:
            os.close(descriptor)
        _set_up(request)
        status = status_of(request["arguments"])
    except BaseException:
        with contextlib.suppress(BaseException):
            traceback.print_exc()
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    os._exit(status)


def _spare_devices(event: str, arguments: tuple[Any, ...]) -> None:
    """End a command that makes, renames or removes something in /dev: as root it would take the machine's devices."""
    if event in ("os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir"):
        paths = arguments[:2]
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT:
        paths = arguments[:1]
        if isinstance(paths[0], str | bytes) and os.path.exists(paths[0]):
            return
    else:
        return
    for path in paths:
        if isinstance(path, str | bytes) and os.path.realpath(os.fsdecode(path)).startswith("/dev/"):
            parent = os.path.dirname(os.path.realpath(os.fsdecode(path)))
            if parent != "/dev/shm":
                os._exit(TOUCHED_DEVICES)


def _set_up(request: dict[str, Any]) -> None:
    sys.addaudithook(_spare_devices)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.chdir(request["folder"])
    os.environ.update(request["environment"])
    closed = request["closed"]
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_APPEND, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, path in enumerate(request["streams"]):
        if number in closed:
            os.close(number)
        else:
            descriptor = os.open(path, flags[number])
            os.dup2(descriptor, number)
            if descriptor != number:
                os.close(descriptor)
    wrap_streams(closed)
    if request["memory"]:
        with open("/proc/self/statm", encoding="ascii") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + (request["memory"] << 20),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu"], request["cpu"] + 5))
    if request["file_size"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_size"],) * 2)
    if request["fault"]:
        from tests.helpers.faulty_files import install

        install(**request["fault"])


def wrap_streams(closed: Collection[int]) -> None:
    """Make the streams of `sys` as the interpreter does at its start; of a closed one it makes None."""
    sys.stdin = None if 0 in closed else io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")  # type: ignore[assignment]
    for number, name in ((1, "stdout"), (2, "stderr")):
        if number in closed:
            setattr(sys, name, None)
        else:
            buffer = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
            errors = "strict" if number == 1 else "backslashreplace"
            setattr(sys, name, io.TextIOWrapper(buffer, "utf-8", errors, line_buffering=number == 2))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def status_of(arguments: list[str]) -> int:
    """Run a command line to the end of an interpreter's life."""
    from ner.commands.app import run
    from ner.commands.signals import STOP_SIGNALS

    caught = STOP_SIGNALS.caught

    @contextlib.contextmanager
    def caught_from_here() -> Iterator[None]:
        """On a busy machine, a signal can come before the command begins: it waits until it is caught."""
        with caught():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
            yield

    STOP_SIGNALS.caught = caught_from_here  # type: ignore[method-assign]
    sys.argv = ["bert-ner", *arguments]
    status: Any = 0
    try:
        run()
    except SystemExit as end:
        status = end.code
    except KeyboardInterrupt:
        traceback.print_exc()
        status = 130
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads that are no daemons
    atexit._run_exitfuncs()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        print(f"Exception ignored while flushing: {type(error).__name__}: {error}", file=sys.stderr)
        return FLUSH_FAILED
    if status is None or isinstance(status, int):
        return status or 0
    print(status, file=sys.stderr)
    return 1


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
