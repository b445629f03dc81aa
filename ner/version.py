"""Versions of installed packages."""

from importlib.metadata import PackageNotFoundError, version


def installed_version(package: str) -> str:
    """The version of `package`, or "not installed" if it is missing or runs from a folder."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
