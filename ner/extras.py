"""Optional packages, and the command that installs them."""

import importlib
import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ner.errors import MissingPackage

_PROJECT = "bert-ner"
_FOLDER = Path(__file__).resolve().parents[1]


def import_extra(module: str, extra: str, place: Path | str) -> Any:
    """Import a module of an optional package.

    Args:
        module: its dotted name.
        extra: the extra of bert-ner that installs the package.
        place: the file or task that needs the package. The message begins with it.

    Raises:
        MissingPackage: the package is not installed. The message contains the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        package = module.partition(".")[0]
        raise MissingPackage(f"{place}: {package} is not installed; {how_to_install(extra)}") from None


def how_to_install(extra: str = "") -> str:
    """The `pip install` command for the dependencies of bert-ner, and of `extra` if it is given.

    It installs from the source of this bert-ner: a checkout, a wheel file, a repository, or the package index.
    """
    extras = f"[{extra}]" if extra else ""
    if (_FOLDER / "pyproject.toml").is_file():
        return f"pip install -e {_quote_folder(_FOLDER, extras)}"
    source = _read_source()
    url = str(source.get("url", ""))
    if "vcs_info" in source:
        commit = source["vcs_info"]["commit_id"]
        return f'pip install "{_PROJECT}{extras} @ {source["vcs_info"]["vcs"]}+{url}@{commit}"'
    path = Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else None
    if path and path.is_dir():
        return f"pip install {_quote_folder(path, extras)}"
    if url and (path is None or path.is_file()):
        return f'pip install "{_PROJECT}{extras} @ {url}"'
    return f'pip install "{_PROJECT}{extras}"' if extras else f"pip install {_PROJECT}"


def _read_source() -> dict[str, Any]:
    """The source that pip installed bert-ner from (PEP 610); empty for a package index."""
    try:
        text = distribution(_PROJECT).read_text("direct_url.json")
    except PackageNotFoundError:
        return {}
    source: dict[str, Any] = json.loads(text) if text else {}
    return source


def _quote_folder(folder: Path, extras: str) -> str:
    return f'"{"." if folder == Path.cwd() else folder}{extras}"'
