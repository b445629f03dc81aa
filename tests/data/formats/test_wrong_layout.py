from pathlib import Path

import pytest

from ner.data.corpus import CorpusError, read_file

TEXT = "王小明住在北京市朝阳区\n"
EXPECTED = "expected a token and its tag in each line, with a tab between them"


def problems(path: Path, content: str) -> list[str]:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_file(path)
    return caught.value.problems


@pytest.mark.parametrize("separator", [",", "|", "_", "\\t", "\u3000"])
def test_another_separator_is_named_once(tmp_path: Path, separator: str) -> None:
    lines = [f"王{separator}B-PER", f"明{separator}I-PER", f"#{separator}O", ""]
    (problem,) = problems(tmp_path / "a.txt", "\n".join(lines * 10))
    assert problem == f"{tmp_path / 'a.txt'}:1: token and tag are separated by {separator!r} in 20 lines; {EXPECTED}"


def test_tags_without_types_are_told_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "a.txt", "在 O\n王 B\n明 E\n\n" * 10)
    assert problem.startswith(
        f"{tmp_path / 'a.txt'}:2: 20 tags have no type, only B, E; expected a type after a hyphen"
    )


def test_a_file_without_tags_is_told_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "a.txt", "王\n明\n\n" * 10)
    assert problem == f"{tmp_path / 'a.txt'}:1: 20 of 20 lines have one column, the first is '王'; {EXPECTED}"


def test_a_plain_text_is_told_what_to_do_with_it(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "a.txt", TEXT * 20)
    assert f"20 of 20 lines are no token with its tag, the first is '{TEXT[:-1]}'" in problem
    assert problem.endswith("For plain text, bert-ner tag finds entities, and bert-ner annotate makes such files")


def test_some_faults_are_told_one_by_one(tmp_path: Path) -> None:
    assert len(problems(tmp_path / "few.txt", "王,B-PER\n" * 19)) == 19
    assert len(problems(tmp_path / "half.txt", "王,B-PER\n明 O\n" * 20)) == 20
    assert len(problems(tmp_path / "typed.txt", "王 B\n明 B-PER\n李 B-\n" * 20)) == 40


def test_tags_whose_meaning_is_clear_are_told_one_by_one(tmp_path: Path) -> None:
    found = problems(tmp_path / "a.txt", "王 b-PER\n明 o\n" * 20)
    assert len(found) == 40
    assert found[0].endswith("did you mean B-PER?")
