import json
import re
from pathlib import Path

import pandas as pd
import pytest

from ner.classifying.input_files import LabelFiles
from ner.classifying.label_options import LabelOptions
from ner.classifying.labelled_files import read_labelled, read_labelled_data, read_labelled_split
from ner.classifying.labelled_text import LabelledText
from ner.errors import InputError

ROWS = [("球队赢了", "体育"), ('他说"好"', "体育"), ("股票涨了", "财经")]
PAIRS = [("怎么退款", "如何退钱", "1"), ("怎么退款", "几点开门", "0")]


def contents(path: Path, **options: object) -> list[tuple[str, str]]:
    return [(text.text, *text.labels) for text in read_labelled(path, LabelOptions(**options)).texts]  # type: ignore[misc]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_texts_in_every_format(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["text", "label"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.rename(columns={"text": "sentence"}).to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    write(tmp_path / "a.jsonl", "".join(json.dumps({"content": t, "category": x}) + "\n" for t, x in ROWS))
    write(tmp_path / "label-first.txt", "".join(f"{x}\t{t}\n" for t, x in ROWS))
    write(tmp_path / "label-last.txt", "".join(f"{t}\t{x}\n" for t, x in ROWS))
    write(tmp_path / "underlined.txt", "".join(f"__{x}__\t{t}\n" for t, x in ROWS))
    write(tmp_path / "fasttext.txt", "".join(f"__label__{x} {t}\n" for t, x in ROWS))
    files = sorted(path for path in tmp_path.iterdir())
    assert len(files) == 9
    for path in files:
        assert contents(path) == ROWS, path.name


def test_quotation_marks_of_tsv_are_characters(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", 'label\ttext\n1\t"好"的\n0\t说"不\n1\t"a ""b"" c"\n')
    assert [text for text, _ in contents(path)] == ['"好"的', '说"不', 'a "b" c']
    path = write(tmp_path / "b.tsv", 'label\ttext\n1\t"a\nb"\n')
    assert [text for text, _ in contents(path, quotes=True)] == ["a\nb"]
    with pytest.raises(InputError, match=r"b\.tsv:3: expected 2 columns as in the header, got 1"):
        contents(path)


def test_columns_by_name_and_without_a_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "7\t1\t*\t球队赢了\n8\t0\t*\t股票涨了\n")
    assert contents(path, columns="id,label,mark,text") == [("球队赢了", "1"), ("股票涨了", "0")]
    path = write(tmp_path / "b.csv", "问题,答案,类\n怎么退款,如何退钱,1\n")
    (pair,) = read_labelled(path, LabelOptions(text_column="问题", pair_column="答案", label_column="类")).texts
    assert pair == LabelledText("怎么退款", ("1",), "如何退钱", str(path), 2)
    with pytest.raises(InputError, match=r"b\.csv: no column has a usual name of a text.*name it with `text_column`"):
        contents(path)
    with pytest.raises(InputError, match=r"no column has a usual name of a label"):
        contents(path, text_column="问题")
    with pytest.raises(InputError, match=r"has no column 'x'; its columns: 问题, 答案, 类; give `label_column`"):
        contents(path, text_column="问题", label_column="x")
    with pytest.raises(InputError, match="expected different columns as `text_column`, `pair_column` and"):
        contents(path, text_column="问题", label_column="问题")
    named = write(tmp_path / "c.csv", "text,label\n股票涨了,财经\n")
    with pytest.raises(InputError, match="no column has a usual name of a label"):
        contents(named, text_column="label")
    with pytest.raises(InputError, match="no column has a usual name of a text"):
        contents(named, pair_column="text")


@pytest.mark.parametrize(
    "header", ["text_a\ttext_b\tlabel", "sentence1\tsentence2\tgold_label", "#1 String\t#2 String\tQuality",
               "premise\thypo\tlabel", "question1\tquestion2\tis_duplicate"],
)  # fmt: skip
def test_pairs_under_the_names_of_public_data(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "a.tsv", header + "\n" + "".join("\t".join(row) + "\n" for row in PAIRS))
    assert [(text.text, text.pair, *text.labels) for text in read_labelled(path).texts] == PAIRS
    rows = [*PAIRS, ("a", "b", "1"), ("c", "d", "0")]
    lines = write(tmp_path / "lcqmc.txt", "".join("\t".join(row) + "\n" for row in rows))
    assert [(text.text, text.pair, *text.labels) for text in read_labelled(lines).texts] == rows


def test_several_labels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,labels\na,x|y\nb,\nc,x\n")
    assert [text.labels for text in read_labelled(path, multi_label=True).texts] == [("x", "y"), (), ("x",)]
    lines = write(tmp_path / "a.jsonl", '{"text": "a", "labels": ["x", "y"]}\n{"text": "b", "labels": []}\n')
    assert [text.labels for text in read_labelled(lines, multi_label=True).texts] == [("x", "y"), ()]
    with pytest.raises(InputError, match=r"got \['x', 'y'\]: several labels for a text need `multi_label`"):
        read_labelled(lines)
    one = write(tmp_path / "one.jsonl", '{"text": "a", "labels": ["x"]}\n')
    assert contents(one) == [("a", "x")]
    with pytest.raises(InputError, match="expected `label_separator`"):
        LabelOptions(label_separator="")
    options = LabelOptions(label_separator=" ")
    other = write(tmp_path / "b.csv", "text,labels\na,x y\n")
    with pytest.raises(InputError, match="`label_separator` is about texts with several labels: leave it out, or set"):
        read_labelled(other, options)
    assert read_labelled(other, options, multi_label=True).texts[0].labels == ("x", "y")


def test_all_faults_are_told_with_their_places(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\na,\nb,1\nc,\n")
    with pytest.raises(InputError) as error:
        read_labelled(path)
    assert str(error.value) == f"{path}:2 (and line 4): expected a label in the column 'label', got ''"
    write(path, "text,label\na,\nb\nc,1,2\n")
    with pytest.raises(InputError) as error:
        read_labelled(path)
    assert str(error.value).splitlines() == [
        f"{path}:2: expected a label in the column 'label', got ''",
        f"{path}:3: expected 2 columns as in the header, got 1; write the separators of empty cells too",
        f"{path}:4: expected 2 columns as in the header, got 3; put cells that have the separator in them in quotation "
        "marks",
    ]
    lines = write(tmp_path / "a.txt", "1\ta\nwithout\n0\tb\n")
    with pytest.raises(InputError, match=r"a\.txt:2: expected a label, a tab and a text"):
        read_labelled(lines)
    alike = write(tmp_path / "b.txt", "1\ta\n0\tb\n")
    with pytest.raises(InputError, match=r"can't tell which of 2 columns is the label: name them with `columns`"):
        read_labelled(alike)
    assert contents(alike, columns="label,text") == [("a", "1"), ("b", "0")]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.txt", {"text_column": "x"}, "a.txt: is read as lines of text, which have no columns: leave out `text_col"),
        ("a.txt", {"pair_column": "x"}, "leave out `pair_column`"),
        ("a.txt", {"columns": "a,b"}, "`columns` is about CSV and TSV files: leave it out"),
        ("a.txt", {"sheet": "x"}, "`sheet` is about Excel files: leave it out"),
        ("a.csv", {"include": ["*.csv"]}, "`include` chooses files of folders and zip archives: leave it out"),
        ("-", {"text_column": "x"}, "standard input: is read as lines of text, which have no columns"),
        ("a.json", {}, "a.json: if each line is a JSON object, let the name end in .jsonl"),
        ("a.conll", {}, "a.conll: expected a name that ends in one of .txt, .jsonl"),
    ],
)
def test_options_that_no_file_has_a_use_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / name, "text\n球队赢了\n")
    with pytest.raises(InputError, match=re.escape(message)):
        LabelFiles([name], LabelOptions(**options))  # type: ignore[arg-type]


def test_labelled_lines_have_no_columns_to_choose(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "体育\t球队赢了\n财经\t股票涨了\n")
    assert contents(path, columns="label,text") == [("球队赢了", "体育"), ("股票涨了", "财经")]
    with pytest.raises(InputError, match="which have no columns: leave out `label_column`"):
        contents(path, label_column="label")


def test_folders_named_by_label(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for label in ("体育", "财经"):
            (tmp_path / "data" / split / label).mkdir(parents=True)
            for number in range(3):
                name = tmp_path / "data" / split / label / f"{number}.txt"
                name.write_text(f"{label}{split}\n第{number}段", encoding="utf-8")
    data = read_labelled_data(tmp_path / "data")
    assert (len(data.train.texts) + len(data.dev.texts), len(data.test.texts if data.test else [])) == (6, 6)
    assert data.labels == ["体育", "财经"]
    assert data.train.texts[0].text.startswith("体育train\n第")
    assert len(read_labelled_split(tmp_path / "data", "test").texts) == 6
    assert read_labelled(tmp_path / "data" / "train").labels == {"体育": 3, "财经": 3}


def test_splits_by_file_and_by_share(tmp_path: Path) -> None:
    frame = pd.DataFrame([(f"第{i}句", "甲" if i % 4 else "乙") for i in range(40)], columns=["text", "label"])
    frame = pd.concat([frame, frame])  # equal texts stay together
    frame.to_csv(tmp_path / "all.csv", index=False)
    data = read_labelled_data(tmp_path / "all.csv")
    assert data.test is None
    assert dict(data.dev.labels) == {"甲": 6, "乙": 2}
    assert not {text.text for text in data.train.texts} & {text.text for text in data.dev.texts}
    assert data.notes[0] == f"no dev in {tmp_path / 'all.csv'}: 8 of 80 texts split off train with seed 1"
    assert read_labelled_data(tmp_path / "all.csv").dev == data.dev
    for name in ("train", "dev", "test"):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "all.csv").unlink()
    notes = read_labelled_data(tmp_path).notes
    assert "test has 80 texts that are in train too: its scores are too good" in notes
    frame.assign(label="丙").to_csv(tmp_path / "test.csv", index=False)
    assert any("labels in test that train doesn't have" in note for note in read_labelled_data(tmp_path).notes)
    (tmp_path / "train.csv").unlink()
    with pytest.raises(InputError, match="has dev and test but no train"):
        read_labelled_data(tmp_path)
    with pytest.raises(InputError, match="no such file or folder"):
        read_labelled_data(tmp_path / "nothing")


def test_rare_labels_are_in_train_and_in_dev(tmp_path: Path) -> None:
    rows = "".join(f"{at}-{label},{label}\n" for label in range(50) for at in range(3))
    data = read_labelled_data(write(tmp_path / "a.csv", "text,label\n" + rows))
    assert len(data.dev.texts) == 15
    assert len(data.dev.labels) > 10
    assert len(data.train.labels) == 50, "what train doesn't have can't be learned"
    alone = write(tmp_path / "b.csv", "text,label\n" + "".join(f"{at},{at}\n" for at in range(30)))
    with pytest.raises(InputError, match=r"b\.csv: 30 texts can't be divided into train and dev: add more"):
        read_labelled_data(alone)


def test_some_texts_are_pairs_and_some_are_not(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", "text,text_b,label\na,b,1\nc,d,0\n")
    write(tmp_path / "dev.csv", "text,label\na,1\n")
    with pytest.raises(InputError, match=r"dev\.csv:2: expected a pair of texts as in .*train\.csv"):
        read_labelled_data(tmp_path)


def test_the_demo_data() -> None:
    topics, pairs = (read_labelled_data(Path("data_demo_classify", name)) for name in ("topics", "pairs"))
    assert [len(split.texts) for split in topics.splits] == [102, 24, 24]
    assert [len(split.texts) for split in pairs.splits] == [140, 30, 30]
    assert pairs.pairs
    assert topics.notes == pairs.notes == []
