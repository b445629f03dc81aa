import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ner import InputError, extras
from ner.extras import how_to_install, import_extra


class Installed:
    """An installed bert-ner as importlib.metadata shows it."""

    def __init__(self, source: dict[str, Any] | None) -> None:
        self._source = source

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self._source is None else json.dumps(self._source)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Makes bert-ner look like one in site-packages that pip took from `source`."""

    def from_source(source: dict[str, Any] | None) -> None:
        monkeypatch.setattr(extras, "_FOLDER", tmp_path / "site-packages")
        monkeypatch.setattr(extras, "distribution", lambda name: Installed(source))

    return from_source


def test_in_a_checkout_the_command_names_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = Path(extras.__file__).resolve().parents[1]
    assert (folder / "pyproject.toml").is_file()
    monkeypatch.chdir(tmp_path)
    assert how_to_install("tune") == f'pip install -e "{folder}[tune]"'
    assert how_to_install() == f'pip install -e "{folder}"'
    monkeypatch.chdir(folder)
    assert how_to_install("tune") == 'pip install -e ".[tune]"'


def test_from_the_package_index(install: Any) -> None:
    install(None)
    assert how_to_install("tune") == 'pip install "bert-ner[tune]"'
    assert how_to_install() == "pip install bert-ner"


def test_from_a_folder_that_is_still_there(install: Any, tmp_path: Path) -> None:
    install({"url": (tmp_path / "a b").as_uri(), "dir_info": {}})
    assert how_to_install("tune") == 'pip install "bert-ner[tune]"'
    (tmp_path / "a b").mkdir()
    assert how_to_install("tune") == f'pip install "{tmp_path / "a b"}[tune]"'


def test_from_a_wheel_file_that_is_still_there(install: Any, tmp_path: Path) -> None:
    wheel = tmp_path / "bert_ner-0.2.0-py3-none-any.whl"
    install({"url": wheel.as_uri(), "archive_info": {}})
    assert how_to_install("tune") == 'pip install "bert-ner[tune]"'
    wheel.touch()
    assert how_to_install("tune") == f'pip install "bert-ner[tune] @ {wheel.as_uri()}"'


def test_from_a_repository(install: Any) -> None:
    install({"url": "https://example.org/ner.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}})
    assert how_to_install("plot") == 'pip install "bert-ner[plot] @ git+https://example.org/ner.git@abc123"'


def test_not_installed_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extras, "_FOLDER", tmp_path)
    monkeypatch.setattr(extras, "_PROJECT", "no-such-project")
    assert how_to_install() == "pip install no-such-project"


def test_a_missing_package_is_named_with_its_command(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    install(None)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError) as error:
        import_extra("optuna", "tune", "a search")
    assert str(error.value) == 'a search: optuna is not installed; pip install "bert-ner[tune]"'


def test_a_package_that_is_there_is_imported() -> None:
    assert import_extra("json.decoder", "tune", "a search") is json.decoder
