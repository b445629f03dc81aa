from pathlib import Path

import pytest

from ner.checking.split_names import add_file_names, file_name
from ner.data.data_split import Split


def test_names_of_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [file_name(Split(path, [])) for path in ("data/a.txt", "data/", ".", "data/..")] == [
        "a.txt",
        "data",
        tmp_path.name,
        tmp_path.name,
    ]


def test_a_link_has_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "train.txt").symlink_to(tmp_path / "download-1")
    assert file_name(Split(str(tmp_path / "train.txt"), [])) == "train.txt"


def test_titles() -> None:
    train, dev = Split("data/a\u200b.txt", []), Split("data/b.txt", [])
    assert add_file_names({"train": train}) == {"a\\u200b.txt": train}
    assert add_file_names({"train": train, "dev": dev}) == {"train": train, "dev": dev}
