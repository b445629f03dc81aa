"""What a command line came to, and one oracle that says what of it is never right."""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_LINES = 110
"""Of standard error: a hundred faults of a corpus are listed at most, and some notes."""

_STATUSES = (0, 2, 130)
_PYTHON_WORDS = re.compile(
    r"Traceback|Exception ignored|\b[A-Za-z_.]+(?:Error|Exception|Warning|Interrupt)\b|<class|object at 0x"
    r"|site-packages|NoneType|Aborted"
)
_TEMPORARY = re.compile(r"^\.|-[a-z0-9_]{8}$|\.tmp|^tmp")
_OURS = re.compile(r'File "[^"]*?((?:ner|conlleval)/[^"]+)", line \d+, in (\S+)')


@dataclass(frozen=True)
class Outcome:
    """What a command line came to.

    Args:
        arguments: the command line.
        status: its exit status; minus the number of a signal that ended it.
        output: standard output.
        errors: standard error.
        seconds: how long it took.
        megabytes: the most memory that it had.
        stopped: whether it was stopped because its time was over.
        sent: the signal that it was sent by the test.
    """

    arguments: tuple[str, ...]
    status: int
    output: str
    errors: str
    seconds: float = 0
    megabytes: int = 0
    stopped: bool = False
    sent: int = 0


def faults(outcome: Outcome, *, most_megabytes: int = 2500, found: Collection[str] = ("check",)) -> list[str]:
    """All that is wrong with an outcome, whatever the command line was.

    Args:
        outcome: what the command line came to.
        most_megabytes: the bound on its memory.
        found: the commands that may end with status 1.
    """
    wrong = []
    status = outcome.status
    allowed = {*_STATUSES, *([1] if outcome.arguments and outcome.arguments[0] in found else [])}
    if outcome.sent:
        allowed |= {128 + outcome.sent, -outcome.sent}
    if outcome.stopped:
        wrong.append(f"takes more than {outcome.seconds:.0f} s")
    elif status == 99:
        wrong.append("was about to replace a device in /dev")
    elif status not in allowed:
        wrong.append(f"ended by signal {-status}" if status < 0 else f"exit status {status}")
    if word := _PYTHON_WORDS.search(outcome.errors):
        frames = _OURS.findall(outcome.errors)
        last = outcome.errors.strip().split("\n")[-1][:200]
        where = f" in {frames[-1][0]}, {frames[-1][1]}" if frames else ""
        kind = re.match(r"[\w.]+", last)
        wrong.append(f"{kind[0] if frames and kind else word[0]} on standard error{where} | {last}")
    elif status == 2 and "bert-ner: " not in outcome.errors and outcome.arguments[0] not in found:  # they print it
        wrong.append(f"exit status 2 without a sentence | {outcome.errors[-200:]!r}")
    if outcome.errors.count("\n") > MOST_LINES and "Traceback" not in outcome.errors:
        wrong.append(f"{outcome.errors.count(chr(10))} lines on standard error")
    if "\x1b" in outcome.errors or "\x07" in outcome.errors:
        wrong.append("control characters on standard error")
    if outcome.megabytes > most_megabytes:
        wrong.append(f"takes {outcome.megabytes} MB")
    return wrong


Snapshot = Mapping[str, str]


def snapshot(folder: Path) -> dict[str, str]:
    """What is in a folder and below: by path, the kind of each thing, and a hash of its content or its target."""
    seen = {}
    for parent, folders, files in os.walk(os.fsencode(folder)):
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            content = ""
            if stat.S_ISLNK(mode):
                content = os.fsdecode(os.readlink(path))
            elif stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    content = hashlib.blake2b(file.read(), digest_size=12).hexdigest()
            seen[os.fsdecode(os.path.relpath(path, os.fsencode(folder)))] = f"{stat.S_IFMT(mode):o} {content}"
    return seen


def changes(before: Snapshot, after: Snapshot, written: Iterable[str] = ()) -> list[str]:
    """What should not have changed in a folder, and temporary files.

    Args:
        before: the folder before.
        after: the folder after.
        written: the paths that may be new or other, with all that is below them.
    """
    may = tuple(written)

    def allowed(path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in may)

    wrong = [f"{path!r} is gone" for path in before if path not in after and not allowed(path)]
    wrong += [
        f"{path!r} was changed"
        for path in before
        if after.get(path, before[path]) != before[path] and not allowed(path)
    ]
    for path in after.keys() - before.keys():
        if _TEMPORARY.search(os.path.basename(path)):
            wrong.append(f"a temporary file is left: {path!r}")
        elif not allowed(path):
            wrong.append(f"{path!r} was made")
    return wrong
