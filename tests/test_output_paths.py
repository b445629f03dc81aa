"""Where may be written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.output_paths import check_file, check_folder, check_unused, refuse_file


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a file, links to it, a folder of data and a model."""
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text("王", encoding="utf-8")
    Path("link.txt").symlink_to("in.txt")
    os.link("in.txt", "hard.txt")
    Path("nowhere").symlink_to("missing")
    for folder in ("data", "model"):
        Path(folder).mkdir()
        Path(folder, "file.txt").touch()
    Path("linked").symlink_to("model")
    return tmp_path


@pytest.mark.parametrize("path", ["in.txt", "./data/../in.txt", "link.txt", "hard.txt"])
def test_an_input_is_no_output_under_any_name(place: Path, path: str) -> None:
    with pytest.raises(InputError, match=r"(used twice|same as in\.txt, .*in use): choose another `output`$"):
        check_file(Path(path), "output", [Path("in.txt")], overwrite=True)


@pytest.mark.parametrize("path", ["model/file.txt", "model/new", "linked/deep/new", "model"])
def test_nothing_is_written_into_a_folder_in_use(place: Path, path: str) -> None:
    for check in (check_file, check_unused, check_folder):
        with pytest.raises(InputError, match=r"(inside|same as) model, which|model is used twice"):
            check(Path(path), "output", [Path("in.txt"), Path("model")])  # type: ignore[operator]


def test_a_new_name_in_the_current_folder_will_do_if_that_is_in_use(place: Path) -> None:
    check_folder(Path("report"), "report", [Path(".")])
    check_file(Path("out.txt"), "output", [Path("..")])
    with pytest.raises(InputError, match=r"in\.txt is inside \., which is in use"):
        check_file(Path("in.txt"), "output", [Path(".")])


def test_both_files_of_a_document_are_in_use(place: Path) -> None:
    check_file(Path("in.ann"), "output", [Path("in.txt")])
    Path("in.ann").touch()
    with pytest.raises(InputError, match=r"in\.ann is the same as in\.txt, which is in use"):
        check_file(Path("in.ann"), "output", [Path("in.txt")])


def test_two_outputs_are_not_the_same(place: Path) -> None:
    with pytest.raises(InputError, match=r"^data/\.\./new is the same as new, .*: choose another `losses`$"):
        check_file(Path("data/../new"), "losses", [Path("new")], new=True)


@pytest.mark.parametrize("path", ["hard.txt", "nowhere", "link.txt"])
def test_what_must_be_new_exists_as_a_link_too(place: Path, path: str) -> None:
    with pytest.raises(InputError, match=rf"^{path} exists: choose another `losses`, or remove it first$"):
        check_file(Path(path), "losses", [], new=True)
    check_file(Path(path), "losses", [], new=True, overwrite=True)


def test_files_and_folders_are_not_confused(place: Path) -> None:
    with pytest.raises(InputError, match=r"^data is a folder: `output` takes a file$"):
        check_file(Path("data"), "output")
    with pytest.raises(InputError, match=r"^in\.txt is a file: `report` takes a folder$"):
        check_folder(Path("in.txt"), "report")
    with pytest.raises(InputError, match="nowhere is a file: `report` takes a folder"):
        check_folder(Path("nowhere"), "report")
    for check in (check_file, check_folder):
        with pytest.raises(InputError, match=r"^in\.txt/a/b can't be made, because .*in\.txt is a file"):
            check(Path("in.txt/a/b"), "output")  # type: ignore[operator]


def test_the_name_of_standard_output_is_no_file(place: Path) -> None:
    for check in (check_file, check_folder):
        with pytest.raises(InputError, match=r"^- is no name of a file or folder: give `output` a name, or /dev/std"):
            check(Path("-"), "output")  # type: ignore[operator]


@pytest.mark.parametrize("check", [check_folder, check_unused, refuse_file])
@pytest.mark.parametrize("name", ["report.xlsx", "out.CSV"])
def test_a_folder_is_not_named_as_a_file(place: Path, check: Callable[[Path, str], None], name: str) -> None:
    check(place / "v1.2", "output")
    for exists in (False, True):
        if exists:
            (place / name).mkdir()
        with pytest.raises(InputError, match=f"{name} is the name of a .* file: `output` takes a folder"):
            check(place / name, "output")


def test_a_folder_is_new_or_empty_or_ours(place: Path) -> None:
    check_folder(Path("new/deep"), "report")
    Path("empty").mkdir()
    check_folder(Path("empty"), "report")
    with pytest.raises(
        InputError, match=r"^data holds other files \(file\.txt\): `report` takes a new or empty folder$"
    ):
        check_folder(Path("data"), "report")
    is_ours: Callable[[Path], bool] = lambda folder: (folder / "file.txt").exists()  # noqa: E731
    check_folder(Path("data"), "report", is_ours=is_ours, what="a report")
    for number in range(4):
        Path("empty", str(number)).touch()
    with pytest.raises(InputError, match=r"\(0, 1, 2, \.\.\.\): .* empty folder, or a report to replace$"):
        check_folder(Path("empty"), "report", is_ours=is_ours, what="a report")


def test_a_folder_that_holds_an_input_is_not_replaced(place: Path) -> None:
    with pytest.raises(InputError, match=r"^data holds data/file\.txt, which is in use: choose another `report`$"):
        check_folder(Path("data"), "report", [Path("data/file.txt")], is_ours=lambda folder: True)


def test_special_files_may_be_written(place: Path) -> None:
    os.mkfifo("fifo")
    check_file(Path("fifo"), "losses", [Path("fifo")], new=True)
    check_file(Path("/dev/stdout"), "output")


def test_a_name_that_is_too_long_is_told(place: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        check_file(Path("a" * 300), "output")


@pytest.mark.skipif(os.geteuid() == 0, reason="rights don't bind root")
def test_a_folder_without_rights_is_told(place: Path) -> None:
    Path("data").chmod(0o555)
    with pytest.raises(InputError, match=r"data/out can't be written, because the rights of .*data forbid it"):
        check_file(Path("data/out"), "output")
