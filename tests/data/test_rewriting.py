from pathlib import Path

import pytest

from ner.data.corpus import CorpusError, read_file, read_splits
from ner.data.cut_lines import cut_lines
from ner.data.entities import Entity, Sentence
from ner.data.read_options import ReadOptions
from ner.data.rewriting import convert_files, divide_file, merge_files
from ner.data.write_options import WriteOptions
from ner.errors import InputError

READ, WRITE = ReadOptions(), WriteOptions()
RECORDS = (
    '{"text": "北京大学\\r\\n王来", "entities": [[0, 4, "ORG"], [0, 2, "LOC"], [6, 7, "PER"]], "id": 1}\n'
    '{"text": "去", "entities": []}\n'
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "all.jsonl"
    path.write_text(RECORDS, encoding="utf-8")
    return path


def texts(path: Path) -> list[str]:
    return [sentence.text for sentence in read_file(path).sentences]


def test_the_target_tells_its_format_and_all_losses_are_told(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.conll"
    written = convert_files(source, target, READ, WRITE)
    assert written.files == {target: (2, 2)}
    assert [loss.kind for loss in written.losses] == [
        "field left out",
        "overlapping entity left out",
        "character written as another",
    ]
    assert texts(target) == ["北京大学␍␊王来", "去"]


def test_a_folder_becomes_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train.bmes", "x_dev.txt", "test.txt"):
        (data / name).write_text("王 B-PER\n明 E-PER\n来 O\n", encoding="utf-8")
    convert_files(data, tmp_path / "brat", READ, WriteOptions(format="brat"))
    convert_files(tmp_path / "brat", tmp_path / "out", READ, WriteOptions(format="conll", scheme="BIOES"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dev.conll", "test.conll", "train.conll"]
    assert (tmp_path / "out" / "dev.conll").read_text(encoding="utf-8").endswith("王\tB-PER\n明\tE-PER\n来\tO\n\n")
    convert_files(data, tmp_path / "same", READ, WRITE)
    assert (tmp_path / "same" / "train.conll").read_text(encoding="utf-8") == "王\tB-PER\n明\tE-PER\n来\tO\n\n"


def test_lines_become_sentences(source: Path, tmp_path: Path) -> None:
    convert_files(source, tmp_path / "a.conll", READ, WRITE, by_line=True)
    assert texts(tmp_path / "a.conll") == ["北京大学", "王来", "去"]


def test_lines_that_an_entity_runs_across_stay_together() -> None:
    text = "a\n\nb\r\nc\r\nd\r\n"
    sentence = Sentence(text, (Entity(3, 4, "X", "b"), Entity(6, 10, "Y", "c\r\nd")), "x", 7)
    lines = [line for _, _, line in cut_lines(sentence)]
    assert [(start, number) for start, number, _ in cut_lines(sentence)] == [(0, 1), (3, 3), (6, 4)]
    assert [line.text for line in lines] == ["a", "b", "c\r\nd"]
    assert [[(e.start, e.end, e.label) for e in line.entities] for line in lines] == [[], [(0, 1, "X")], [(0, 4, "Y")]]
    assert {line.line for line in lines} == {7}
    ((_, _, line),) = cut_lines(Sentence("a\r\n", (Entity(0, 2, "X", "a\r"),)))
    assert (line.text, line.entities) == ("a\r", (Entity(0, 2, "X", "a\r"),))


def test_nothing_is_written_over(source: Path, tmp_path: Path) -> None:
    (tmp_path / "old.conll").write_text("old", encoding="utf-8")
    for write in (
        lambda: convert_files(source, tmp_path / "old.conll", READ, WRITE),
        lambda: divide_file(source, tmp_path, READ, WRITE, dev=0.5, test=0, seed=1),
        lambda: merge_files([source], source, READ, WRITE),
        lambda: merge_files([source], source, READ, WRITE, overwrite=True),
        lambda: divide_file(source, tmp_path, READ, WRITE, dev=0.5, test=0, seed=1, overwrite=True),
    ):
        with pytest.raises(InputError, match=r"exists: choose another|holds .*in use|is used twice"):
            write()
    assert (tmp_path / "old.conll").read_text(encoding="utf-8") == "old"
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="folder is a folder, and conll is written into a file"):
        convert_files(source, tmp_path / "folder", READ, WriteOptions(format="conll"), overwrite=True)
    with pytest.raises(InputError, match="`output` takes a folder"):
        divide_file(source, Path("/dev/null"), READ, WRITE, dev=0.5, test=0, seed=1)


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        (
            "a.json",
            WriteOptions(),
            r"can't tell the format of .*a\.json from its name: set `WriteOptions.format` to one of conll, ",
        ),
        ("a.conll", WriteOptions(format="conl"), "unknown format 'conl': expected one of conll, "),
        (
            "a.txt",
            WriteOptions(format="brat"),
            r"a\.txt will be a folder, but its name is that of a file: leave out \.txt",
        ),
        ("a.jsonl", WriteOptions(scheme="BIO"), "jsonl has no tags, only spans: leave out `scheme`"),
        ("a.conll", WriteOptions(scheme="BOI"), "unknown scheme 'BOI': expected one of BIO, IO, "),
    ],
)
def test_wrong_options(source: Path, tmp_path: Path, target: str, options: WriteOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        convert_files(source, tmp_path / target, READ, options)
    assert not (tmp_path / target).exists()


def test_a_faulty_source_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "王", "entities": [[0, 5, "PER"]]}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.jsonl:1: PER at 0 to 5 is not within the text of 1 character"):
        convert_files(tmp_path / "a.jsonl", tmp_path / "a.conll", READ, WRITE)
    assert not (tmp_path / "a.conll").exists()


def test_dividing(tmp_path: Path) -> None:
    source = tmp_path / "all.bmes"
    source.write_text("\n".join(f"{n} S-{'XY'[n % 2]}\n" for n in range(40)), encoding="utf-8")
    written = divide_file(source, tmp_path / "out", READ, WRITE, dev=0.1, test=0.2, seed=3)
    splits = read_splits(tmp_path / "out")
    assert {name: dict(split.types) for name, split in splits.items()} == {
        "train": {"X": 14, "Y": 14},
        "dev": {"X": 2, "Y": 2},
        "test": {"X": 4, "Y": 4},
    }
    assert list(written.files) == [tmp_path / "out" / f"{name}.conll" for name in ("train", "dev", "test")]
    assert "\tS-X\n" in (tmp_path / "out" / "train.conll").read_text(encoding="utf-8")
    divide_file(source, tmp_path / "lines", READ, WriteOptions(format="jsonl"), dev=0.1, test=0, seed=3)
    assert sorted(path.name for path in (tmp_path / "lines").iterdir()) == ["dev.jsonl", "train.jsonl"]


def test_merging_files_under_common_types(source: Path, tmp_path: Path) -> None:
    (tmp_path / "more.conll").write_text("李 B-PERSON\n来 O\n\n去 O\n", encoding="utf-8")
    (tmp_path / "types.csv").write_text("PERSON,PER\nPER,PER\nORG,ORG\nLOC,\n", encoding="utf-8")
    merged = merge_files(
        [source, tmp_path / "more.conll"], tmp_path / "both.jsonl", READ, WRITE, types=tmp_path / "types.csv"
    )
    split = read_file(tmp_path / "both.jsonl")
    assert [sentence.text for sentence in split.sentences] == ["北京大学\r\n王来", "去", "李来"]
    assert split.types == {"PER": 2, "ORG": 1}
    assert any("1" in note and "more.conll" in note for note in merged.notes)


def test_merging_folders_split_by_split(tmp_path: Path) -> None:
    for folder, names in (("a", ("train", "dev")), ("b", ("train", "test"))):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.txt").write_text(f"{folder} O\n{name} O\n", encoding="utf-8")
    merge_files([tmp_path / "a", tmp_path / "b"], tmp_path / "c", READ, WRITE)
    splits = read_splits(tmp_path / "c")
    assert {name: [s.text for s in split.sentences] for name, split in splits.items()} == {
        "train": ["atrain", "btrain"],
        "dev": ["adev"],
        "test": ["btest"],
    }
    with pytest.raises(InputError, match="expected either files or folders with train, dev and test, got both"):
        merge_files([tmp_path / "a", tmp_path / "b" / "train.txt"], tmp_path / "d", READ, WRITE)


def test_a_folder_may_have_a_dot_in_its_name_but_not_that_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "train.txt").write_text("王 B-PER\n来 O\n", encoding="utf-8")
    convert_files(tmp_path / "a", tmp_path / "a-v1.0", READ, WRITE)
    assert (tmp_path / "a-v1.0" / "train.conll").exists()
    with pytest.raises(InputError, match=r"out\.jsonl will be a folder, but its name is that of a file"):
        convert_files(tmp_path / "a", tmp_path / "out.jsonl", READ, WRITE)


def test_repairs_and_a_wrong_format_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("王 B-PER\n来 I-LOC\n", encoding="utf-8")
    (note,) = convert_files(path, tmp_path / "b.conll", READ, WRITE).notes
    assert f"1 illegal BIO tags were read as conlleval reads them; the first is {path}:2: I-LOC after B-PER;" in note
    path.write_text("王 O\n", encoding="utf-8")
    assert convert_files(path, tmp_path / "c.conll", READ, WRITE).notes == [
        "no entities were found; if there should be some, set `format` to the format of the files"
    ]


def test_sentences_that_merging_brings_into_two_splits_are_told(tmp_path: Path) -> None:
    for folder, train, test in (("a", "王", "李"), ("b", "李", "张")):
        (tmp_path / folder).mkdir()
        for name, text in (("train", train), ("test", test)):
            (tmp_path / folder / f"{name}.txt").write_text(f"{text} B-PER\n来 O\n", encoding="utf-8")
    merged = merge_files([tmp_path / "a", tmp_path / "b"], tmp_path / "c", READ, WRITE)
    assert merged.notes == [f"sentences of test that are in train too: 1; the first is {tmp_path / 'a' / 'test.txt'}:1"]


def test_scores_are_kept_where_there_is_room_and_else_told(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text('{"text": "王来", "entities": [{"start": 0, "end": 1, "label": "PER", "score": 0.5}]}\n', "utf-8")
    (loss,) = convert_files(path, tmp_path / "a.conll", READ, WRITE).losses
    assert str(loss) == f"{path}: the scores of 1 entities"
    assert convert_files(path, tmp_path / "a.json", READ, WriteOptions(format="label-studio-predictions")).losses == []
    assert '"score": 0.5' in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_unknown_tags_are_written_again_or_reported(tmp_path: Path) -> None:
    source = tmp_path / "all.conll"
    source.write_text("王 S-PER\n来 ?\n了 O\n\n去 ?\n看 ?\n\n好 O\n", encoding="utf-8")
    assert convert_files(source, tmp_path / "a.csv", READ, WriteOptions(scheme="BIO")).losses == []
    assert [sentence.unknown for sentence in read_file(tmp_path / "a.csv").sentences] == [((1, 2),), ((0, 2),), ()]
    assert convert_files(source, tmp_path / "a.jsonl", READ, WRITE).losses == []
    assert [sentence.unknown for sentence in read_file(tmp_path / "a.jsonl").sentences] == [((1, 2),), ((0, 2),), ()]
    doccano = WriteOptions(format="doccano")
    assert [str(loss) for loss in convert_files(source, tmp_path / "d.jsonl", READ, doccano).losses] == [
        f"{source}:1: 1 character with the tag ?: this format marks them as outside of entities",
        f"{source}:5: 2 characters with the tag ?: this format marks them as outside of entities",
    ]


def test_lines_keep_what_is_unknown_in_them() -> None:
    sentence = Sentence("a?\n??\n?b", unknown=((1, 5), (6, 7)))
    assert [line.unknown for _, _, line in cut_lines(sentence)] == [((1, 2),), ((0, 2),), ((0, 1),)]


def test_only_train_gets_unknown_tags(tmp_path: Path) -> None:
    source = tmp_path / "all.conll"
    source.write_text("\n".join(f"{n} {'?' if n % 2 else 'B-X'}\n" for n in range(20)), encoding="utf-8")
    assert divide_file(source, tmp_path / "out", READ, WRITE, dev=0.1, test=0.1, seed=1).notes == []
    (note,) = divide_file(source, tmp_path / "more", READ, WRITE, dev=0.3, test=0.3, seed=1).notes
    assert note.startswith(f"{source}: only 10 of 20 sentences have no tag ?, which is too few for dev and test")
    assert {name: split.unknown for name, split in read_splits(tmp_path / "out").items()} == {
        "train": 15, "dev": 0, "test": 0
    }  # fmt: skip


@pytest.mark.parametrize("name", ["train-plan.docx", "dev-diary.txt", "test.md", "note.txt", "train/photo.png"])
def test_overwriting_removes_only_what_is_written_here(source: Path, tmp_path: Path, name: str) -> None:
    data, target = tmp_path / "data", tmp_path / "new"
    data.mkdir()
    source.rename(data / "train.jsonl")
    (target / name).parent.mkdir(parents=True)
    (target / name).write_text("mine", encoding="utf-8")
    for document in ("a.txt", "a.ann", "train.conll"):
        (target / document).touch()
    with pytest.raises(InputError, match=r"new holds other files \("):
        convert_files(data, target, overwrite=True)
    assert (target / name).read_text(encoding="utf-8") == "mine"
    (target / name).unlink()
    if name.startswith("train/"):
        (target / "train").rmdir()
    convert_files(data, target, overwrite=True)
    assert [path.name for path in target.iterdir()] == ["train.jsonl"]
