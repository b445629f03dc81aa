from pathlib import Path

import pytest

from ner.checking.repair import delete_characters, repair, write_repaired
from ner.data.corpus import examine_file, read_file
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.schemes import BIO, BIOES
from ner.errors import InputError


def spans(sentence: Sentence) -> list[tuple[int, int, str, str]]:
    return [(e.start, e.end, e.label, e.text) for e in sentence.entities]


def test_characters_go_and_entities_follow() -> None:
    sentence = Sentence(
        "\u200b王\u200b明来\u200b", (Entity(0, 4, "PER", "\u200b王\u200b明"), Entity(5, 6, "X", "\u200b"))
    )
    shorter = delete_characters(sentence, [0, 2, 5])
    assert (shorter.text, spans(shorter)) == ("王明来", [(0, 2, "PER", "王明")])


def test_what_is_plainly_wrong_is_mended_and_listed() -> None:
    entities = (Entity(0, 3, "PER", " 王 "), Entity(4, 5, "X", "\t"))
    split = Split(
        "a", [Sentence(" 王 \x08\t", entities, "a", 1), Sentence("\u200b", (), "a", 2), Sentence("去", (), "a", 3)]
    )
    sentences, changes, left_out = repair(split)
    assert left_out == 1
    assert [(sentence.text, spans(sentence)) for sentence in sentences] == [
        (" 王 \t", [(1, 2, "PER", "王")]),
        ("去", []),
    ]
    assert [str(change) for change in changes] == [
        "a:1: 1 removed: U+0008",
        "a:1: PER ' 王 ' without the white space at its edges",
        "a:1: an entity of white space only, X: removed",
        "a:2: 1 removed: U+200B",
        "a:2: an empty sentence: left out",
    ]


def test_a_copy_that_can_be_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes(
        "王 B-PER\n明\tI-PER\n\u200b O\n来 o\n\n\n去\n了 O\n\n我 O\n们 I-PER\n\n好 O\n再 O\n见 O\n".encode()
        + "来 O\n".encode("gbk")
    )
    written = write_repaired([examine_file(path)], tmp_path / "out")
    split = read_file(tmp_path / "out" / "train.txt")
    assert [sentence.text for sentence in split.sentences] == ["王明来", "我们", "好再见来"]
    assert (split.repairs, split.oddities) == ([], [])
    changes = (tmp_path / "out" / "changes.txt").read_text(encoding="utf-8").splitlines()
    assert (len(changes), written.left_out, written.sentences) == (written.changes, 1, 3)
    assert [change.removeprefix(f"{path}:") for change in changes] == [
        "4: unknown tag 'o'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER); "
        "did you mean O?: read as O",
        "7: one column, '去'; expected a token and a tag: the sentence or document is left out",
        "16: is GBK, in a file of UTF-8; write all of it in UTF-8: read as GBK",
        "11: I-PER after O; expected B-PER: read as conlleval reads it",
        "2: tabs between columns, in 1 line of this file; most lines use spaces: fixed",
        "6: a blank line after a blank line: fixed",
        "1: 1 removed: U+200B",
    ]


def test_a_sentence_with_several_faults_is_left_out_once(tmp_path: Path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("王,B-PER\n来,O\n去,O\n\n好\tO\n\n王\tB-PER\n了\n", "utf-8")
    written = write_repaired([examine_file(path)], tmp_path / "out")
    assert (written.left_out, written.sentences, written.changes) == (2, 1, 2)
    assert written.files == [tmp_path / "out" / "data.txt"]
    assert [change.removeprefix(f"{path}:") for change in changes_in(tmp_path / "out")] == [
        "1: token and tag are separated by ','; expected a tab between them, and 2 more errors: "
        "the sentence or document is left out",
        "8: one column, '了'; expected a token and a tag: the sentence or document is left out",
    ]


def test_sentences_with_one_mistake_in_all_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("王,B-PER\n来,O\n\n" * 40 + "好\tO\n", "utf-8")
    written = write_repaired([examine_file(path)], tmp_path / "out")
    assert (written.left_out, written.sentences, written.changes) == (40, 1, 1)


def test_records_are_counted_too(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(
        '{"text": "王来", "entities": [[0, 9, "PER"], [1, 8, "PER"]]}\n{"text": "好", "entities": []}\n', "utf-8"
    )
    assert write_repaired([examine_file(path)], tmp_path / "out").left_out == 1


def changes_in(folder: Path) -> list[str]:
    return (folder / "changes.txt").read_text(encoding="utf-8").splitlines()


def test_an_entity_that_goes_with_its_characters_is_listed() -> None:
    entities = (Entity(1, 3, "X", "\u200b\u200b"), Entity(3, 5, "PER", "\u200b明"))
    [sentence], changes, _ = repair(Split("a", [Sentence("王\u200b\u200b\u200b明", entities, "a", 4)]))
    assert (sentence.text, spans(sentence)) == ("王明", [(1, 2, "PER", "明")])
    assert [str(change) for change in changes] == [
        "a:4: 3 removed: U+200B",
        "a:4: '\\u200b\\u200b' (X, 1 to 3) has no other character: removed",
    ]


def test_only_what_was_mended_is_called_so(tmp_path: Path) -> None:
    oddities = [
        Finding("a.txt", 1, "name of many words", "a long name"),
        Finding("a.txt", 2, "empty sentence", "a blank line"),
        Finding("a.txt", 3, "mixed delimiters", "tabs"),
    ]
    split = Split("a.txt", [Sentence("王")], format="conll", oddities=oddities)
    assert write_repaired([split], tmp_path).changes == 2
    assert changes_in(tmp_path) == [
        "a.txt:2: a blank line: fixed",
        "a.txt:3: tabs: fixed",
        "a.txt:1: a long name: left as it is",
    ]


def test_faults_say_how_they_were_mended(tmp_path: Path) -> None:
    faults = [Finding("a.ann", 1, "offsets", "off by 1", "taken at 1 to 2"), Finding("a.ann", 2, "x", "no offsets")]
    _, changes, _ = repair(Split("a", [Sentence("王")], faults=faults))
    assert [str(change) for change in changes] == [
        "a.ann:1: off by 1: taken at 1 to 2",
        "a.ann:2: no offsets: the sentence or document is left out",
    ]


@pytest.mark.parametrize("path", ["corpus", "corpus/.", "corpus/inner/..", ".", "inner/.."])
def test_a_folder_is_copied_under_its_own_name(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "inner").mkdir(parents=True)
    (corpus / "a.txt").write_text("王来\n", encoding="utf-8")
    (corpus / "a.ann").write_text("T1\tPER 0 1\t王\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path if path.startswith("corpus") else corpus)
    assert write_repaired([examine_file(path)], tmp_path / "out").changes == 0
    written = sorted(str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*.*"))
    assert written == ["changes.txt", "corpus/a.ann", "corpus/a.txt"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["corpus", "out"]
    assert sorted(file.name for file in corpus.iterdir()) == ["a.ann", "a.txt", "inner"]


@pytest.mark.parametrize("name", ["news_1.ann", "news_1.txt"])
def test_one_document_of_brat_becomes_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "news_1.txt").write_text("王来\n", encoding="utf-8")
    (tmp_path / "news_1.ann").write_text("T1\tPER 0 1\t王\n", encoding="utf-8")
    write_repaired([examine_file(tmp_path / name)], tmp_path / "out")
    assert changes_in(tmp_path / "out") == []
    [sentence] = read_file(tmp_path / "out" / "news_1").sentences
    assert (sentence.document, sentence.text, spans(sentence)) == ("news_1", "王来", [(0, 1, "PER", "王")])


def test_a_file_with_the_name_of_the_changes(tmp_path: Path) -> None:
    (tmp_path / "changes.txt").write_text("王\tB-PER\n来\tO\n\n", encoding="utf-8")
    write_repaired([examine_file(tmp_path / "changes.txt")], tmp_path / "out")
    assert changes_in(tmp_path / "out") == []
    assert read_file(tmp_path / "out" / "copy-of-changes.txt").types == {"PER": 1}


def test_a_split_of_which_nothing_is_left(tmp_path: Path) -> None:
    good = Split("train.txt", [Sentence("王")], format="conll")
    bad = Split("dev.txt", [], format="conll", faults=[Finding("dev.txt", 1, "malformed line", "one column")])
    assert write_repaired([good, bad], tmp_path / "out").changes == 2
    assert changes_in(tmp_path / "out") == [
        "dev.txt:1: one column: the sentence or document is left out",
        "dev.txt: no sentence is left: not in the copy",
    ]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["changes.txt", "train.txt"]


def test_no_copy_if_nothing_is_left_at_all(tmp_path: Path) -> None:
    split = Split("train.txt", [Sentence("\u200b", (), "train.txt", 1)], format="conll")
    with pytest.raises(InputError) as error:
        write_repaired([split], tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: there is no repaired copy, because no sentence is left; see {tmp_path / 'changes.txt'}"
    )
    assert changes_in(tmp_path)[-1] == "train.txt: no sentence is left: not in the copy"


def test_the_copy_has_one_scheme(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("王\tB-PER\n明\tI-PER\n来\tO\n\n", encoding="utf-8")
    (tmp_path / "dev.txt").write_text("王\tB-PER\n明\tE-PER\n李\tS-PER\n\n", encoding="utf-8")
    splits = [examine_file(tmp_path / name) for name in ("train.txt", "dev.txt")]
    assert [split.scheme for split in splits] == [BIO, BIOES]
    assert write_repaired(splits, tmp_path / "out").changes == 1
    assert changes_in(tmp_path / "out") == [
        f"{tmp_path / 'dev.txt'}: tags are BIOES: written in BIO, like all tags of the copy"
    ]
    copy = read_file(tmp_path / "out" / "dev.txt")
    assert (copy.scheme, spans(copy.sentences[0])) == (BIO, [(0, 2, "PER", "王明"), (2, 3, "PER", "李")])


def test_nothing_to_repair(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("王\tB-PER\n来\tO\n\n", encoding="utf-8")
    assert write_repaired([examine_file(tmp_path / "train.conll")], tmp_path / "out").changes == 0
    assert (tmp_path / "out" / "train.conll").read_bytes() == (tmp_path / "train.conll").read_bytes()
    assert (tmp_path / "out" / "changes.txt").read_bytes() == b""


def test_what_is_unknown_stays_so(tmp_path: Path) -> None:
    sentence = Sentence("王\u200b来\u200b去\u200b", (Entity(0, 1, "PER", "王"),), unknown=((2, 3), (4, 6)))
    assert delete_characters(sentence, [1, 3, 5]).unknown == ((1, 3),)
    assert delete_characters(sentence, [5]).unknown == ((2, 3), (4, 5))
    path = tmp_path / "train.txt"
    path.write_text("王 B-PER\n\u200b ?\n来 ?\n\u200b O\n去 ?\n了 I-PER\n", "utf-8")
    write_repaired([examine_file(path)], tmp_path / "out")
    copy = (tmp_path / "out" / "train.txt").read_text("utf-8")
    assert copy == "王\tB-PER\n来\t?\n去\t?\n了\tB-PER\n\n"
