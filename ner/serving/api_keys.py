"""API keys: read from a file, compared in constant time."""

import base64
import hashlib
import hmac
from pathlib import Path

from ner.errors import InputError
from ner.files import read_bounded

_LEAST_LENGTH = 8


def read_keys(path: Path) -> list[str]:
    """Read the keys of a file, one per line. Blank lines and lines that begin with # are left out.

    Raises:
        ValueError: the file is not UTF-8, or too large.
        OSError: the file can't be read.
    """
    lines = (line.strip() for line in read_bounded(path).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


class ApiKeys:
    """The keys of a file: see `read_keys`.

    Args:
        path: the file.

    Raises:
        InputError: the file can't be read or has no key, or a key is short or not ASCII.
    """

    def __init__(self, path: Path) -> None:
        try:
            keys = read_keys(path)
        except OSError as error:
            raise InputError(f"{path}: expected a text file with API keys ({error.strerror})") from None
        except ValueError as error:
            raise InputError(f"{path}: expected a text file with API keys ({error})") from None
        if not keys or any(len(key) < _LEAST_LENGTH or not key.isascii() or " " in key for key in keys):
            raise InputError(
                f"{path}: expected one API key per line, of at least {_LEAST_LENGTH} ASCII characters without spaces"
            )
        self._digests = [_digest(key.encode()) for key in keys]

    def allow(self, headers: dict[bytes, bytes]) -> bool:
        """Whether the headers of a request have a key.

        It is in `Authorization: Bearer KEY` or `X-API-Key: KEY`, or it is the password of `Authorization: Basic`, which
        is all that some tools can send. The name of the user doesn't matter.
        """
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"basic":
            given = _password(given)
        elif kind.lower() != b"bearer":
            given = b""
        given = _digest(given.strip() or headers.get(b"x-api-key", b"").strip())
        return any([hmac.compare_digest(given, digest) for digest in self._digests])


def _password(credentials: bytes) -> bytes:
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except ValueError:
        return b""


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()  # of equal length, so that the time of a comparison tells nothing
