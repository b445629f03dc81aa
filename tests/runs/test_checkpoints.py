"""Manifests of checkpoints: damage of any kind is found, and the checkpoint before is taken."""

import errno
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.runs.checkpoints import MANIFEST, find_damage, find_whole, list_checkpoints, new_checkpoint, trim

PARTS = ("weights", "optimizer")


def save(unfinished: Path, step: int, keep: tuple[Path, ...] = ()) -> Path:
    with new_checkpoint(unfinished, step, keep) as folder:
        for name in PARTS:
            (folder / name).write_text(f"{name} of step {step}")
    return folder


def damage(folder: Path) -> str | None:
    return find_damage(folder, PARTS)


def test_checkpoints_are_sorted_by_step_and_others_are_removed(tmp_path: Path) -> None:
    nine, ten = save(tmp_path, 9), save(tmp_path, 10, (tmp_path / "checkpoint-9",))
    (tmp_path / "checkpoint-x").mkdir()
    assert list_checkpoints(tmp_path) == [ten, nine]
    eleven = save(tmp_path, 11, (ten,))
    assert list_checkpoints(tmp_path) == [eleven, ten]
    assert find_whole(tmp_path, damage) == eleven


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "optimizer").unlink(), "optimizer not found"),
        (lambda folder: (folder / "optimizer").write_text(""), "optimizer has 0 bytes, not the 19 that were written"),
        (lambda folder: (folder / "weights").write_text("weights of step 3"), "weights has changed"),
        (lambda folder: (folder / MANIFEST).unlink(), "manifest.json not found: it was not written completely"),
        (lambda folder: trim(folder, ["weights"]), "optimizer not found"),
        *(
            (lambda folder, text=text: (folder / MANIFEST).write_text(text), "manifest.json is damaged")
            for text in ("", "[]", "null", '{"files": 3}', '{"files": {"weights": 1}}', "[" * 100_000, '{"fil')
        ),
    ],
)
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(
    tmp_path: Path, spoil: Callable[[Path], object], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = save(tmp_path, 1)
    two = save(tmp_path, 2, (one,))
    spoil(two)
    with caplog.at_level(logging.WARNING, "ner"):
        assert find_whole(tmp_path, damage) == one
    assert f"checkpoint-2 is not whole ({reason}" in caplog.text
    assert "the run continues from checkpoint-1, the one before" in caplog.text


def test_without_a_whole_checkpoint_the_sentence_has_the_way_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save(tmp_path, 1)
    (folder / "weights").unlink()
    with pytest.raises(InputError, match=r"checkpoint-1 is damaged \(weights not found\), .*: remove .* or choose"):
        find_whole(tmp_path, damage)
    (folder / MANIFEST).unlink()  # a run that was killed while it wrote its first checkpoint
    assert find_whole(tmp_path, damage) is None
    assert "the run starts from its beginning" in caplog.text


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("file write failed"), KeyboardInterrupt()]
)
def test_nothing_is_left_of_a_checkpoint_that_failed(tmp_path: Path, error: BaseException) -> None:
    one = save(tmp_path, 1)

    def fail() -> None:
        with new_checkpoint(tmp_path, 2, (one,)) as folder:
            (folder / "weights").write_text("half")
            raise error

    with pytest.raises(OSError if isinstance(error, Exception) else KeyboardInterrupt):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]
    assert find_whole(tmp_path, damage) == one


def test_a_trimmed_checkpoint_is_whole_for_what_it_keeps(tmp_path: Path) -> None:
    folder = save(tmp_path, 1)
    for _ in range(2):
        trim(folder, ["weights"])
        assert {path.name for path in folder.iterdir()} == {"weights", MANIFEST}
        assert find_damage(folder, ["weights"]) is None
    assert [*json.loads((folder / MANIFEST).read_text())["files"]] == ["weights"]
