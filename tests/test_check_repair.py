from pathlib import Path

from ner.checking.repair import repaired, without_characters, write_repaired
from ner.data.corpus import examine_file, read_file
from ner.data.entities import Entity, Sentence
from ner.data.split import Split


def spans(sentence: Sentence) -> list[tuple[int, int, str, str]]:
    return [(e.start, e.end, e.label, e.text) for e in sentence.entities]


def test_characters_go_and_entities_follow() -> None:
    sentence = Sentence(
        "\u200b王\u200b明来\u200b", (Entity(0, 4, "PER", "\u200b王\u200b明"), Entity(5, 6, "X", "\u200b"))
    )
    shorter = without_characters(sentence, [0, 2, 5])
    assert (shorter.text, spans(shorter)) == ("王明来", [(0, 2, "PER", "王明")])


def test_what_is_plainly_wrong_is_mended_and_listed() -> None:
    entities = (Entity(0, 3, "PER", " 王 "), Entity(4, 5, "X", "\t"))
    split = Split(
        "a", [Sentence(" 王 \x08\t", entities, "a", 1), Sentence("\u200b", (), "a", 2), Sentence("去", (), "a", 3)]
    )
    sentences, changes = repaired(split)
    assert [(sentence.text, spans(sentence)) for sentence in sentences] == [
        (" 王 \t", [(1, 2, "PER", "王")]),
        ("去", []),
    ]
    assert [str(change) for change in changes] == [
        "a:1: 1 removed: U+0008",
        "a:1: PER ' 王 ' without the white space at its edges",
        "a:1: an entity of nothing but white space, X: removed",
        "a:2: 1 removed: U+200B",
        "a:2: an empty sentence: left out",
    ]


def test_a_copy_that_can_be_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes(
        "王 B-PER\n明\tI-PER\n\u200b O\n来 o\n\n\n去\n了 O\n\n我 O\n们 I-PER\n\n好 O\n再 O\n见 O\n".encode()
        + "来 O\n".encode("gbk")
    )
    count = write_repaired([examine_file(path)], tmp_path / "out")
    split = read_file(tmp_path / "out" / "train.txt")
    assert [sentence.text for sentence in split.sentences] == ["王明来", "我们", "好再见来"]
    assert (split.repairs, split.oddities) == ([], [])
    changes = (tmp_path / "out" / "changes.txt").read_text(encoding="utf-8").splitlines()
    assert len(changes) == count
    assert [change.removeprefix(f"{path}:") for change in changes] == [
        "4: unknown tag 'o'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER); "
        "did you mean O?: read as O",
        "7: one column, '去'; expected a token and a tag: the sentence is left out",
        "16: is GBK, in a file of UTF-8; write all of it in UTF-8: read as GBK",
        "11: I-PER after O; expected B-PER: read as conlleval reads it",
        "2: columns between tabs, as in 1 line of this file; most have spaces: mended",
        "6: a blank line after a blank line: mended",
        "1: 1 removed: U+200B",
    ]


def test_nothing_to_repair(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("王\tB-PER\n来\tO\n\n", encoding="utf-8")
    assert write_repaired([examine_file(tmp_path / "train.conll")], tmp_path / "out") == 0
    assert (tmp_path / "out" / "train.conll").read_bytes() == (tmp_path / "train.conll").read_bytes()
    assert (tmp_path / "out" / "changes.txt").read_bytes() == b""
