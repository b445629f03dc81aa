"""Reading JSON files, and writing files and folders that appear complete or not at all."""

import errno
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TextIO

from ner.bounded_json import parse_json
from ner.errors import InputError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The system's numbers for a disk, a quota or a limit that is full."""

# Libraries refuse names that are not UTF-8, and a long name has no room for an addition.
_UNSAFE = re.compile(r"[^ -~]")
_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_DESCRIPTOR = re.compile(r"/dev/(?P<stream>std(?:in|out|err))|(?:/dev|/proc/self)/fd/(?P<number>\d+)")


def split_value(name: str) -> tuple[Path, str]:
    """The path of PATH=VALUE and its value, "" if there is none. A path that exists may have the sign itself."""
    if "=" in name and not Path(name).exists():
        path, _, value = name.rpartition("=")
        return Path(path), value
    return Path(name), ""


def is_special(path: Path) -> bool:
    """Whether something is written straight into: a device, a FIFO, a socket, or a stream of this process."""
    if _DESCRIPTOR.fullmatch(str(path)):
        return True
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _open_special(path: Path) -> int:
    """A descriptor to write to. One of this process goes on where it is; opened anew it would begin at the start."""
    if found := _DESCRIPTOR.fullmatch(str(path)):
        return os.dup(_STREAMS[found["stream"]] if found["stream"] else int(found["number"]))
    return os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))


def _name_beside(path: Path) -> Path:
    """A new name in the folder of `path`. It is known before anything has it: what a signal leaves can be removed."""
    return path.parent / f".{_UNSAFE.sub('_', path.name[:20])}-{secrets.token_hex(8)}"


def _remove(path: Path) -> None:
    """Remove a temporary file or folder, also if a signal comes in the middle."""
    try:
        _remove_once(path)
    except BaseException:
        _remove_once(path)
        raise


def _remove_once(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def name_errors(path: Path, partial: Path | None = None) -> Iterator[None]:
    """Let an error of the system name `path`, as the caller wrote it, and no temporary file.

    Inside the block of a caller, who may use other files too, that is an error of `partial`, or a full disk.
    """
    try:
        yield
    except OSError as error:
        nameless = error.filename is None and error.errno in NO_ROOM
        if error.errno and (partial is None or nameless or str(error.filename).startswith(str(partial))):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


MOST_BYTES = 64 << 20
"""The most that is read of a JSON or settings file. The largest, of characters or a long training run, have some MB."""
_LONGEST_REASON = 200  # characters of the words of a library
# Such as "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : ", "(sqlite3.DatabaseError) " and "TProtocolException: ".
_CLASSES = re.compile(r"\[\w+Error\] : \d+ : \w+ : |\([\w.]+(?:Error|Exception)\) |\b\w*(?:Error|Exception)\b:? ?")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give an empty file next to `path`, which is renamed to `path` when the block ends.

    If the block fails, the new file is removed and an older file at `path` stays as it was. A link stays, and the file
    that it points to is replaced. What is no regular file, such as a FIFO, gets the content when the block ends.

    Raises:
        OSError: the folder can't be written, or the disk is full.
    """
    special = is_special(path)
    target = Path(os.path.realpath(path))
    partial = _name_beside(Path(tempfile.gettempdir(), path.name) if special else target)
    try:
        with name_errors(path):
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.touch(0o600, exist_ok=False)
        with name_errors(path, partial):
            yield partial
            if special:
                with partial.open("rb") as content, os.fdopen(_open_special(path), "wb") as file:
                    shutil.copyfileobj(content, file)
                partial.unlink()
            else:
                grant_usual_rights(partial)
                partial.replace(target)
    except BaseException:
        _remove(partial)
        raise


@contextmanager
def whole_folder(folder: Path, *, clear: Callable[[], None] | None = None) -> Iterator[Path]:
    """Give an empty folder of the same name next to `folder`, which becomes `folder` when the block ends.

    If the block fails, nothing is left of it. If `folder` is there already, what was written moves into it, file by
    file; `clear` is called before that, to remove what shall be replaced.

    Raises:
        OSError: the folder can't be written, or the disk is full.
    """
    target = Path(os.path.realpath(folder))
    exists = target.is_dir()
    beside = target if exists else target.parent
    working = beside / f".partial-{secrets.token_hex(8)}"
    try:
        with name_errors(folder):
            beside.mkdir(parents=True, exist_ok=True)
            working.mkdir(0o700)
        with name_errors(folder, working):
            partial = working / (target.name or "folder")
            partial.mkdir()
            yield partial
            if clear is not None:
                clear()
            if exists:
                _move_into(partial, target)
            else:
                partial.rename(target)
    finally:
        _remove(working)


def _move_into(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _move_into(entry, target / entry.name)
        else:
            entry.replace(target / entry.name)


def grant_usual_rights(path: Path) -> None:
    """Give a file the rights of any new file. A temporary file can be read by its owner only."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(0o666 & ~umask)


@contextmanager
def atomic_writer(path: Path, encoding: str = "utf-8", *, errors: str = "strict") -> Iterator[TextIO]:
    r"""Open a text file that appears at `path` when the block ends.

    What is no regular file, such as a device or a FIFO, is written straight into. With `errors` "backslashreplace",
    a byte of a file name that is not UTF-8 is written as an escape such as \udcd6, which JSON reads back as it was.

    Raises:
        OSError: see `atomic_path`.
    """
    if is_special(path):
        with (
            name_errors(path, path),
            open(_open_special(path), "w", encoding=encoding, errors=errors, newline="\n") as file,
        ):
            yield file
        return
    with atomic_path(path) as partial, partial.open("w", encoding=encoding, errors=errors, newline="\n") as file:
        yield file


def in_utf_8(name: str) -> str:
    r"""The name of a file for tables and columns that take UTF-8 alone; a byte that is none becomes its escape.

    >>> in_utf_8("中文.txt"), in_utf_8("\udcd6.txt")
    ('中文.txt', '\\udcd6.txt')
    """
    return name.encode("utf-8", "backslashreplace").decode()


def write_text(text: str, path: Path) -> None:
    r"""Write a text in UTF-8. The file appears complete or not at all.

    Half of a surrogate pair, which UTF-8 can't store, is written as its escape, for example \ud83d.

    Raises:
        OSError: see `atomic_path`.
    """
    with atomic_writer(path, errors="backslashreplace") as file:
        file.write(text)


def write_json(content: Any, path: Path, *, indent: int = 2) -> None:
    """Write `content` as indented JSON, as `write_text` writes a text.

    Raises:
        OSError: see `atomic_path`.
    """
    write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", path)


def read_json(path: Path, advice: str) -> Any:
    """Read a JSON file that this program wrote.

    Args:
        path: the file.
        advice: what the user can do if the file is damaged.

    Raises:
        InputError: the file is not JSON in UTF-8, or it is nested too deeply. The message ends with the advice.
        OSError: the file can't be read.
    """
    try:
        return parse_json(read_bounded(path))
    except ValueError as error:
        raise damaged_file(path, error, advice) from error


def read_bounded(path: Path) -> str:
    """Read a small text in UTF-8. A pipe that nobody writes to is empty.

    Raises:
        ValueError: it is not UTF-8, or larger than `MOST_BYTES`. The message is one for users.
        OSError: the file can't be read.
    """
    # Opening a named pipe waits for somebody who writes, unless the flag is given.
    with name_errors(path):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(descriptor, True)
        with open(descriptor, "rb") as file:
            return bounded_text(file)


def bounded_text(file: IO[bytes]) -> str:
    """Read a small text in UTF-8 from an open file.

    Raises:
        ValueError: it is not UTF-8, or larger than `MOST_BYTES`. The message is one for users.
        OSError: the file can't be read.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB")
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"it is not UTF-8: byte 0x{content[error.start]:02x} in line {line}") from None


def damaged_file(path: Path | str, error: Exception, advice: str) -> InputError:
    """Say in one sentence which file is damaged, how, and what to do.

    Args:
        path: the file.
        error: the exception that a library raised because of it.
        advice: what the user can do.
    """
    return InputError(f"{path} is damaged ({plain_reason(error)}): {advice}")


def plain_reason(error: Exception) -> str:
    """What a library says is wrong: its first line without names of classes, which tell a user nothing."""
    line = _CLASSES.sub("", str(error).strip().split("\n")[0]).strip()
    return line[:_LONGEST_REASON] or "it can't be read"


def require_utf8_name(path: Path) -> None:
    """Check the name of a file or folder that a library has to open which takes only names in UTF-8.

    Raises:
        InputError: the name has other bytes.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "backslashreplace").decode()
        raise InputError(
            f"the name {shown} is not UTF-8, and weights can't be read or written there: rename it"
        ) from None
