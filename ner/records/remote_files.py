"""Files behind URLs, such as s3://bucket/texts/*.jsonl: fsspec has the protocols."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ner.errors import InputError
from ner.extras import how_to_install
from ner.files import plain_reason

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::|://)")
_EXTRAS = {"s3": "s3", "s3a": "s3", "http": "http", "https": "http"}


def is_url(name: object) -> bool:
    """Whether a name is a URL that fsspec opens.

    >>> is_url("s3://bucket/a.txt"), is_url("C:/a.txt")
    (True, False)
    """
    return bool(_URL.match(str(name)))


def open_file_system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it.

    Raises:
        InputError: the package for the protocol is not installed, or there is no such protocol.
    """
    import fsspec

    try:
        files, path = fsspec.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        extra = _EXTRAS.get(url.partition(":")[0].lower())
        mend = f"; {how_to_install(extra)}" if extra else ""
        raise InputError(f"{url}: a package is missing ({plain_reason(error)}){mend}") from None
    except ValueError as error:
        raise InputError(f"{url}: can't be opened ({plain_reason(error)})") from None
    return files, path


@contextmanager
def faults_of(url: str) -> Iterator[None]:
    """Let all that a file system raises, such as errors of a network, be errors of the system that name the URL."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), url) from error
    except Exception as error:  # such as botocore.exceptions.NoCredentialsError
        number, reason = (error.errno, error.strerror) if isinstance(error, OSError) else (0, None)
        raise OSError(number or 0, reason or plain_reason(error), url) from error
