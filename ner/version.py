"""Versions of installed packages."""

from importlib.metadata import PackageNotFoundError, version


def installed_version(package: str) -> str:
    """The version of `package`, or a word that says that it runs from a folder without being installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
