from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.corpus import Corpus, CorpusError, examine_file, read_corpus, read_file, read_split, read_splits
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.read_options import ReadOptions
from ner.data.schemes import SCHEMES, Scheme, entities_to_tags
from ner.data.split_files import find_files, holds_splits, splits_of
from ner.errors import InputError

Write = Callable[..., Path]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEV_ADVICE = "`dev_share` sets the share, and bert-ner split makes files with a test split too"
GOOD = "中 B-LOC\n国 I-LOC\n人 O\n\n王 B-PER\n来 O\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "train.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def spans(split: Split) -> list[tuple[str, list[tuple[int, int, str]]]]:
    return [(s.text, [(e.start, e.end, e.label) for e in s.entities]) for s in split.sentences]


def problems(path: Path, **options: object) -> list[str]:
    """The problems of a file, which must all begin with its path."""
    with pytest.raises(CorpusError) as caught:
        read_file(path, ReadOptions(**options))  # type: ignore[arg-type]
    assert all(problem.startswith(str(path)) for problem in caught.value.problems)
    return [problem.removeprefix(str(path)) for problem in caught.value.problems]


# What a file may look like


def test_sentences_know_their_place(write: Write) -> None:
    path = write(GOOD)
    split = read_file(path)
    assert split.sentences == [
        Sentence("中国人", (Entity(0, 2, "LOC", "中国"),), str(path), 1),
        Sentence("王来", (Entity(0, 1, "PER", "王"),), str(path), 5),
    ]
    assert (split.name, split.path, split.scheme.name) == ("train", str(path), "BIO")
    assert (split.repairs, split.faults) == ([], [])
    assert (split.characters, split.types) == (5, {"LOC": 1, "PER": 1})


def test_the_fingerprint_is_that_of_the_sentences_however_they_are_written(tmp_path: Path) -> None:
    def fingerprint(text: str, encoding: str = "utf-8") -> str:
        (tmp_path / "train.txt").write_bytes(text.encode(encoding))
        return read_file(tmp_path / "train.txt", ReadOptions(encoding=encoding)).fingerprint

    first = fingerprint("王 B-PER\n明 I-PER\n来 O\n")
    assert fingerprint("王\tB-PER\r\n明\tE-PER\r\n来\tO", "gb18030") == first
    assert fingerprint("王 B-PER\n明 O\n来 O\n") != first
    assert fingerprint("王 B-LOC\n明 I-LOC\n来 O\n") != first
    assert fingerprint("王 B-PER\n明 I-PER\n去 O\n") != first
    assert fingerprint("王 B-PER\n明 I-PER\n来 ?\n") != first


def test_a_file_that_names_no_split_has_its_own_name(write: Write) -> None:
    assert read_file(write(GOOD, "weibo.txt")).name == "weibo.txt"


# Tokens that a careless split() or strip() would lose
AWKWARD = "中a#\u3000\u00a0\u2028\u0085\x0b\x0c\x1c𠀀-"


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[list[str], list[Entity]]]:
    """Sentences as tokens, and entities whose offsets count tokens; no two of one type are adjacent."""
    sentences = []
    for _ in range(draw(st.integers(1, 4))):
        token = st.text(alphabet=AWKWARD, min_size=1, max_size=3)
        tokens = draw(st.lists(token, min_size=1, max_size=8))
        cuts = sorted(draw(st.sets(st.integers(0, len(tokens)))))
        types = ["PER", "地名", "x-y"]
        entities = []
        for start, end in pairwise(cuts):
            if label := draw(st.sampled_from([*types, ""])):
                entities.append(Entity(start, end, label, ""))
                types = [*{"PER", "地名", "x-y"} - {label}]
            else:
                types = ["PER", "地名", "x-y"]
        sentences.append((tokens, entities))
    return sentences


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentences=corpora(),
    scheme=st.sampled_from([*SCHEMES.values()]),
    delimiter=st.sampled_from([" ", "   ", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    ending=st.sampled_from(["", "\n", "\n\n", "\n \t\n\n"]),
)
def test_what_was_written_is_read(
    write: Write,
    sentences: list[tuple[list[str], list[Entity]]],
    scheme: Scheme,
    delimiter: str,
    newline: str,
    encoding: str,
    ending: str,
) -> None:
    blocks, expected = [], []
    for tokens, entities in sentences:
        tags = entities_to_tags(entities, len(tokens), scheme)
        blocks.append("\n".join(f"{token}{delimiter}{tag}" for token, tag in zip(tokens, tags, strict=True)))
        offsets = [len("".join(tokens[:n])) for n in range(len(tokens) + 1)]
        expected.append(("".join(tokens), [(offsets[e.start], offsets[e.end], e.label) for e in entities]))
    text = "\ufeff" * (encoding == "gb18030") + ("\n\n".join(blocks) + ending)
    split = read_file(write(text.replace("\n", newline).encode(encoding)), ReadOptions(encoding=encoding, strict=True))
    assert spans(split) == expected
    for sentence in split.sentences:
        assert all(sentence.text[e.start : e.end] == e.text for e in sentence.entities)


@pytest.mark.parametrize(
    "content",
    [
        "中国 B-LOC\n人民 I-LOC\n好 O\n",
        "中国 B-LOC\n人民 E-LOC\n好 O\n",
        "中国人民 S-LOC\n好 O\n",
        "中国人民 U-LOC\n好 O\n",
        "中 B-LOC\n国人 M-LOC\n民 E-LOC\n好 O\n",
    ],
)
def test_a_token_of_several_characters_spreads_its_tag(write: Write, content: str) -> None:
    assert spans(read_file(write(content))) == [("中国人民好", [(0, 4, "LOC")])]


def test_runs_of_spaces_and_more_columns(write: Write) -> None:
    split = read_file(write("  中   NR  B-LOC  \n国 NR I-LOC\n \t \n好\tA\tO\t\n"))
    assert spans(split) == [("中国", [(0, 2, "LOC")]), ("好", [])]


def test_with_tabs_a_space_is_a_token(write: Write) -> None:
    assert spans(read_file(write("中\tO\n \tO\nNew York\tB-LOC\n 国 \tO\n"))) == [("中 New York国", [(2, 10, "LOC")])]


def test_a_byte_order_mark_is_one_only_at_the_start(write: Write) -> None:
    assert spans(read_file(write("\ufeff中 O\n\ufeff O\n"))) == [("中\ufeff", [])]


def test_document_starts_separate(write: Write) -> None:
    assert spans(read_file(write("-DOCSTART- -X- O\n\n中 NR O\n-DOCSTART-\n国 NR O\n"))) == [
        ("中", []),
        ("国", []),
    ]


def test_a_hash_with_a_tag_is_a_token(write: Write) -> None:
    split = read_file(write("# O\n春 B-TOP\n# I-TOP\n\n#春# O\n# O\n"))
    assert spans(split) == [("#春#", [(1, 3, "TOP")]), ("#春##", [])]


def test_a_file_of_nothing_but_hashes(write: Write) -> None:
    assert spans(read_file(write("# O\n"))) == [("#", [])]


def test_comments_stand_before_a_sentence(write: Write) -> None:
    split = read_file(write("# id = 1\n# text = 维生素 O\n#\n# O B-LOC\n维 O\n生 O\n\n# a\n#春# O\n素 O\n"))
    assert [sentence.text for sentence in split.sentences] == ["维生", "#春#素"]
    assert [sentence.line for sentence in split.sentences] == [5, 9]


@pytest.mark.parametrize("line", ["# a remark", "#", "# o"])
def test_a_comment_inside_a_sentence_may_be_a_lost_tag(write: Write, line: str) -> None:
    path = write(f"中 O\n{line}\n国 O\n")
    assert problems(path) == [f":2: a comment inside a sentence, or a # without its tag: {line!r}"]


UNER = "# text = 看似中国\t#\n1\t看似\tO\t-\t-\n2\t中国\tB-LOC\t-\t-\n3\t 7 8 \tI-LOC\t-\t-\n\n1\t#\tO\t-\t-\n"


def test_universal_ner_is_recognised(write: Write) -> None:
    assert spans(read_file(write(UNER))) == [("看似中国7 8", [(2, 7, "LOC")]), ("#", [])]


def test_a_fault_in_universal_ner_is_one_fault(write: Write) -> None:
    assert problems(write(UNER + "2\t好\t-\t-\n3\t吗\n")) == [
        ":7: unknown tag '-'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER)",
        ":8: 2 columns; expected a tag in column 3",
    ]


@pytest.mark.parametrize(("token", "tag"), [(2, 3), (-2, -1), (2, None), (-2, 3)])
def test_columns_can_be_chosen(write: Write, token: int, tag: int | None) -> None:
    path = write("1 中 B-LOC\n2 国 I-LOC\n")
    assert spans(read_file(path, ReadOptions(token_column=token, tag_column=tag))) == [("中国", [(0, 2, "LOC")])]


def test_chosen_columns_overrule_universal_ner(write: Write) -> None:
    assert spans(read_file(write("1\t中\tO\tB-X\tO\n"), ReadOptions(token_column=1, tag_column=4))) == [
        ("1", [(0, 1, "X")])
    ]


def test_the_number_of_columns_may_vary_beyond_chosen_columns(write: Write) -> None:
    path = write("中 O\n国 O\n好 O 好\n")
    assert spans(read_file(path, ReadOptions(token_column=1, tag_column=2))) == [("中国好", [])]


def test_illegal_sequences_are_read_as_conlleval_reads_them(write: Write) -> None:
    path = write("中 B-LOC\n国 I-LOC\n人 I-PER\n\n王 O\n来 I-PER\n")
    split = read_file(path)
    assert spans(split) == [("中国人", [(0, 2, "LOC"), (2, 3, "PER")]), ("王来", [(1, 2, "PER")])]
    assert (len(split.repairs), split.repairs[0].place) == (2, f"{path}:3")


def test_an_entity_cut_off_by_the_end_is_named_by_its_last_line(write: Write) -> None:
    path = write("中 S-LOC\n国 B-LOC\n\n人 O\n")
    assert read_file(path).repairs[0].place == f"{path}:2"


def test_a_question_mark_says_that_a_tag_is_unknown(write: Write) -> None:
    split = read_file(write("New York\tB-LOC\n在\t?\n上海\t?\n去\tO\n?\t?\n\n# ?\n王\tB-PER\n?\tO\n"))
    assert spans(split) == [("New York在上海去?", [(0, 8, "LOC")]), ("#王?", [(1, 2, "PER")])]
    assert [sentence.unknown for sentence in split.sentences] == [((8, 11), (12, 13)), ((0, 1),)]
    assert (split.unknown, split.faults, split.repairs) == (5, [], [])


def test_what_goes_on_behind_an_unknown_tag_is_repaired_as_behind_o(write: Write) -> None:
    path = write("中 ?\n国 I-LOC\n人 ?\n\n王 B-PER\n小 ?\n明 I-PER\n")
    split = read_file(path)
    assert split.scheme.name == "BIO"
    assert spans(split) == [("中国人", [(1, 2, "LOC")]), ("王小明", [(0, 1, "PER"), (2, 3, "PER")])]
    assert [str(repair) for repair in split.repairs] == [
        f"{path}:2: I-LOC after ?; expected B-LOC",
        f"{path}:7: I-PER after ?; expected B-PER",
    ]
    with pytest.raises(CorpusError, match=r":7: I-PER after \?; expected B-PER \(without `strict` it is repaired\)"):
        read_file(path, ReadOptions(strict=True))


def test_an_entity_that_an_unknown_tag_cuts_off(write: Write) -> None:
    path = write("中 B-LOC\n国 E-LOC\n王 B-PER\n小 ?\n明 E-PER\n")
    split = read_file(path)
    assert split.scheme.name == "BIOES"
    assert [str(repair) for repair in split.repairs] == [
        f"{path}:4: ? after B-PER; expected I-PER or E-PER",
        f"{path}:5: E-PER after ?; expected B-PER or S-PER",
    ]


# What may be wrong with a file


def test_one_column(write: Write) -> None:
    assert problems(write("中 O\n国\n\t\n好\t\n" + "长" * 200_000)) == [
        ":2: one column, '国'; expected a token and a tag",
        ":4: one column, '好'; expected a token and a tag",
        f":5: one column, '{'长' * 40}'...; expected a token and a tag",
    ]


def test_an_empty_token_column(write: Write) -> None:
    assert problems(write("中 O\n  O\n\tO\n国 O\n")) == [
        ":2: the token column is empty before 'O'; if the token is a space, put a tab between it and its tag",
        ":3: the token column is empty; if the token is a space, put a tab between it and its tag",
    ]


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        *(("PER", ""), ("Q-PER", ""), ("B-", ""), ("o", "O"), ("0", "O"), ("B_PER", "B-PER"), ("b-PER", "B-PER")),
        *(("PER-B", "B-PER"), ("地名_i", "I-地名"), ("e_x-y", "E-x-y"), ("x-y_E", "E-x-y")),
    ],
)
def test_unknown_tag(write: Write, tag: str, meant: str) -> None:
    hint = f"; did you mean {meant}?" if meant else ""
    path = write(f"中 O\n国 {tag}\n")
    assert problems(path) == [
        f":2: unknown tag '{tag}'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER){hint}"
    ]
    split = examine_file(path)
    assert [sentence.text for sentence in split.sentences] == (["中国"] if meant else [])
    assert split.faults[0].mended == (f"read as {meant}" if meant else "")


def test_a_token_that_is_a_document(write: Write) -> None:
    assert problems(write("中 O\n" + "长" * 200_000 + " O\n")) == [
        ":2: a token of 200,000 characters; each line holds one token"
    ]
    assert read_file(write("长" * 1000 + " O\n")).characters == 1000


def test_other_numbers_of_columns(write: Write) -> None:
    assert problems(write("中 O\n国 O\n好 A O\n")) == [":3: 3 columns; most lines of this file have 2"]


def test_chosen_columns_that_do_not_exist(write: Write) -> None:
    path = write("中 O\n")
    assert problems(path, tag_column=3) == [":1: 2 columns; expected a tag in column 3"]
    assert problems(path, token_column=-3) == [":1: 2 columns; expected a token in column -3"]


def test_mixed_schemes(write: Write) -> None:
    assert problems(write("中 B-LOC\n国 I-LOC\n\n王 B-PER\n小 M-PER\n明 E-PER\n")) == [
        ":5: M-PER is of another tag scheme than the tags before it, with B, I; expected one scheme in a file"
    ]


def test_nul(write: Write) -> None:
    assert problems(write("中 O\n国\0 O\n")) == [":2: a NUL character, which no text has"]


def test_carriage_return(write: Write) -> None:
    assert problems(write("中 O\r国 O\r")) == [":1: a carriage return inside the line; lines end in \\n or \\r\\n"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(write: Write, encoding: str) -> None:
    path = write(GOOD.encode(encoding))
    assert problems(path) == [f":1: looks like UTF-16: set `encoding` to {encoding}"]
    assert spans(read_file(path, ReadOptions(encoding=encoding))) == spans(read_file(write(GOOD)))


def test_gbk(write: Write) -> None:
    path = write(("a O\n\n" + GOOD).encode("gbk"))
    assert problems(path) == [":3: is not UTF-8; it looks like GBK: set `encoding` to gb18030"]
    assert len(read_file(path, ReadOptions(encoding="gb18030")).sentences) == 3


def test_a_broken_byte(write: Write) -> None:
    # E4 B8 is the beginning of 中; the file would decode as GB18030 all the same
    path = write(GOOD.encode() + b"\n\xe4\xb8\xe4 O\n")
    assert problems(path) == [":8: is not UTF-8 (byte 0xe4); fix it, or set `encoding` to the encoding of the file"]


def test_utf_8_read_as_something_else(write: Write) -> None:
    assert problems(write("a O\n中 O\n"), encoding="ascii") == [":2: is not ascii; it is UTF-8: leave out `encoding`"]
    assert problems(write(b"a O\n\xff\xff O\n"), encoding="big5") == [":2: is not big5"]


@pytest.mark.parametrize("content", ["", "\n\n", "# text = 中国\n\n", "-DOCSTART-\n", "\ufeff"])
def test_no_sentences(write: Write, content: str) -> None:
    assert problems(write(content)) == [": has no sentences"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("中 O\n国 I-PER\n人 B-ORG\n", ":2: I-PER after O; expected B-PER (without `strict` it is repaired)"),
        (
            "国 I-PER\n人 B-PER\n\n人 B-PER\n",
            ":1: I-PER at the start of the sentence; expected B-PER (without `strict` it is repaired)",
        ),
        (
            "国 B-PER\n人 M-LOC\n民 E-LOC\n",
            ":2: M-LOC after B-PER; expected M-PER or E-PER (without `strict` it is repaired)",
        ),
        (
            "国 B-PER\n人 M-PER\n",
            ":2: the end of the sentence after M-PER; expected M-PER or E-PER (without `strict` it is repaired)",
        ),
    ],
)
def test_strict(write: Write, content: str, expected: str) -> None:
    path = write(content)
    assert len(read_file(path).repairs) == 1
    assert problems(path, strict=True) == [expected]


def test_faults_come_in_the_order_of_lines(write: Write) -> None:
    found = problems(write("中 O\n国 I-LOC\n\n好\n# b\n\n吗 M-LOC\n中 B-LOC\n"), strict=True)
    assert [problem.split(":")[1] for problem in found] == ["4", "5", "7"]


def test_beside_a_faulty_line_nothing_is_illegal(write: Write) -> None:
    assert len(problems(write("中 B-LOC\n国\n人 I-LOC\n"), strict=True)) == 1


def test_a_hundred_problems_are_shown(write: Write) -> None:
    path = write("".join(f"中{line}\n国 O\n" for line in range(1, 2668, 2)))
    with pytest.raises(CorpusError) as caught:
        read_file(path)
    assert len(caught.value.problems) == 1334
    lines = str(caught.value).split("\n")
    assert lines[99] == f"{path}:199: one column, '中199'; expected a token and a tag"
    assert lines[100:] == ["... and 1,234 more"]


def test_lines_with_the_same_problem_are_shown_together(write: Write) -> None:
    path = write("国 O\n" * 200 + "中,B-LOC\n国;O\n文,I-LOC\n人\n" * 30)
    with pytest.raises(CorpusError) as caught:
        read_file(path)
    assert len(caught.value.problems) == 120
    assert str(caught.value).split("\n") == [
        f"{path}:201 (and lines 203, 205 and 57 more): token and tag are separated by ','; expected a tab between them",
        f"{path}:202 (and lines 206, 210 and 27 more): token and tag are separated by ';'; expected a tab between them",
        f"{path}:204 (and lines 208, 212 and 27 more): one column, '人'; expected a token and a tag",
    ]


def test_wrong_options(write: Write) -> None:
    path = write(GOOD)
    with pytest.raises(InputError, match="unknown encoding 'utf-9': expected a name such as utf-8, gb18030"):
        read_file(path, ReadOptions(encoding="utf-9"))
    with pytest.raises(InputError, match="unknown encoding 'hex'"):
        read_file(path, ReadOptions(encoding="hex"))
    with pytest.raises(InputError, match=r"expected `token_column` and `tag_column` to count from 1.*, got 0"):
        read_file(path, ReadOptions(tag_column=0))
    with pytest.raises(InputError, match="expected `token_column` and `tag_column` to differ, got 2 for both"):
        read_file(path, ReadOptions(token_column=2, tag_column=2))


def test_missing_and_unreadable_paths(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^nowhere\.txt: no such file or folder$"):
        read_file("nowhere.txt")
    with pytest.raises(InputError, match=r"^nowhere: no such file or folder$"):
        read_corpus("nowhere", seed=1)
    with pytest.raises(InputError, match="expected a file that can be read"):
        read_file(tmp_path)


# Folders


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train.txt", ["train"]),
        ("train", ["train"]),
        ("Train.TXT", ["train"]),
        ("train.char.bmes", ["train"]),
        ("msra_train.bmes", ["train"]),
        ("zh_gsdsimp-ud-train.iob2", ["train"]),
        ("dev.conll", ["dev"]),
        ("valid.txt", ["dev"]),
        ("val.txt", ["dev"]),
        ("validation.tsv", ["dev"]),
        ("development.txt", ["dev"]),
        ("test.iob2", ["test"]),
        ("training.txt", []),
        ("train1.txt", []),
        ("contest.txt", []),
        ("LICENSE.txt", []),
        (".train.txt", []),
        ("train.txt~", []),
        ("train.txt.BAK", []),
        ("train.md", []),
        ("train.ann", []),
        ("train.jsonl", ["train"]),
        ("train_dev.txt", ["train", "dev"]),
    ],
)
def test_a_name_says_the_split(name: str, expected: list[str]) -> None:
    assert splits_of(name) == expected


def test_only_files_count(write: Write, tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    path = write(GOOD)
    assert find_files(tmp_path) == {"train": path}


def test_a_folder_is_read(write: Write, tmp_path: Path) -> None:
    write(GOOD)
    write("美 S-GPE\n国 S-GPE\n人 O\n", "valid.bmes")
    write("王 O\n来 I-PER\n人 B-PER\n", "x-test.txt")
    corpus = read_corpus(tmp_path, seed=1)
    assert [split and (split.name, len(split.sentences)) for split in (corpus.train, corpus.dev, corpus.test)] == [
        ("train", 2),
        ("dev", 1),
        ("test", 1),
    ]
    assert corpus.types == ["LOC", "PER"]
    assert corpus.notes == [
        "types in train: LOC, PER",
        "type GPE is in dev (2) but not in train, so it can't be learned",
    ]


def test_repairs_are_noted(write: Write) -> None:
    path = write("王 O\n来 I-PER\n人 O\n\n人 B-PER\n了 O\n")
    assert read_corpus(path, seed=1).notes == [
        f"{path}: 1 illegal BIO tags were read as conlleval reads them; the first is {path}:2: I-PER after O; "
        "expected B-PER; bert-ner check lists and fixes them",
        f"no dev file in {path}: 1 sentence (50%) split off train with seed 1",
        DEV_ADVICE,
        "types in train: PER",
    ]


def test_no_entities_are_noted(write: Write) -> None:
    assert "train has no entities" in read_corpus(write("中 O\n\n国 O\n"), seed=1).notes


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train", "dev"], True),
        (["news_1", "news_2", "test_1"], False),
        (["train_1", "train_2"], False),
        (["train-dev"], False),
        ([], True),
    ],
)
def test_documents_of_brat_are_splits_if_every_name_says_one(tmp_path: Path, names: list[str], expected: bool) -> None:
    for name in names:
        (tmp_path / f"{name}.txt").write_text("王来\n", encoding="utf-8")
        (tmp_path / f"{name}.ann").write_text("T1\tPER 0 1\t王\n", encoding="utf-8")
    assert holds_splits(tmp_path) == expected
    if not expected:
        assert len(read_splits(tmp_path)["train"].sentences) == len(names)


def test_two_files_for_one_split(write: Write, tmp_path: Path) -> None:
    write(GOOD, "train.txt")
    write(GOOD, "train.bmes")
    with pytest.raises(InputError, match=r"two train files, train\.bmes and train\.txt; move one of them away"):
        read_corpus(tmp_path, seed=1)


def test_a_name_of_two_splits(write: Write, tmp_path: Path) -> None:
    write(GOOD, "train_dev.txt")
    with pytest.raises(InputError, match=r"the name of train_dev\.txt says both train and dev; rename it"):
        read_corpus(tmp_path, seed=1)


def test_a_folder_without_train(write: Write, tmp_path: Path) -> None:
    write(GOOD, "training.txt")
    write(GOOD, "test.txt")
    with pytest.raises(InputError) as caught:
        read_corpus(tmp_path, seed=1)
    assert str(caught.value) == (
        f"no train file in {tmp_path} (its files: test.txt, training.txt); "
        "one part of the file name, cut at '.', '_' and '-', must be train"
    )
    splits = read_splits(tmp_path)
    assert {name: len(split.sentences) for name, split in splits.items()} == {"test": 2}


def test_a_folder_without_any_split(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_splits(tmp_path)
    assert str(caught.value) == (
        f"no train or dev or test file in {tmp_path} (its files: none); one part of the file name, "
        "cut at '.', '_' and '-', must be train or dev or valid or validation or val or development or test"
    )


@pytest.mark.parametrize(
    ("files", "advice"),
    [
        ({"a.txt": GOOD}, "a.txt is annotated: give the path of this file, or make train, dev and test of it with "),
        ({"a.json": '[{"text": "王", "entities": []}]'}, "a.json is annotated: give the path of this file"),
        ({"a.bmes": "", "b.txt": "今天\n"}, "a.bmes is annotated"),
        ({"a.txt": "今天\n", "b.txt": ""}, "these files seem to have no annotations: bert-ner tag finds entities in"),
        ({"model.safetensors": ""}, "it holds a model: give the folder with the annotated text"),
        ({"sub/train.txt": GOOD, "other/notes.txt": ""}, "the folder {}/sub has one: give that"),
        ({"a.txt": GOOD, "b.txt": GOOD}, "one part of the file name"),
    ],
)
def test_a_wrong_folder_gets_a_way_out(tmp_path: Path, files: dict[str, str], advice: str) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_corpus(tmp_path)
    assert f"); {advice.format(tmp_path)}" in str(caught.value)


def test_long_listings_are_cut(write: Write, tmp_path: Path) -> None:
    for number in range(25):
        write("", f"{number:02}.jsonl")
    with pytest.raises(InputError, match=r"18.jsonl, 19.jsonl, ...\); one part"):
        read_corpus(tmp_path, seed=1)


def test_the_faults_of_all_files_are_reported_together(write: Write, tmp_path: Path) -> None:
    train, dev, test = write("中\n"), write(b"\xff", "dev.txt"), write("", "test.txt")
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path, seed=1)
    assert caught.value.problems == [
        f"{train}:1: one column, '中'; expected a token and a tag",
        f"{dev}:1: is not UTF-8 (byte 0xff); fix it, or set `encoding` to the encoding of the file",
        f"{test}: has no sentences",
    ]


def test_one_split_alone(write: Write, tmp_path: Path) -> None:
    write("faulty\n", "train.txt")
    path = write(GOOD, "test.txt")
    assert read_split(tmp_path, "test") == read_file(path)
    assert read_split(path, "dev").name == "dev"
    with pytest.raises(InputError, match="no dev file in"):
        read_split(tmp_path, "dev")
    with pytest.raises(ValueError, match="expected `name` to be train, dev or test, got 'all'"):
        read_split(tmp_path, "all")


def test_options_reach_the_files(write: Write, tmp_path: Path) -> None:
    write("1 B-LOC 中\n2 B-LOC 国\n\n3 O 好\n".encode("gbk"))
    options = ReadOptions(token_column=3, tag_column=2, encoding="gbk")
    train = read_splits(tmp_path, options)["train"]
    assert [sentence.text for sentence in train.sentences] == ["中国", "好"]
    assert read_split(tmp_path, "train", options) == train
    write("中 I-LOC\n国 B-LOC\n\n国 B-LOC\n", "test.txt")
    with pytest.raises(CorpusError):
        read_split(tmp_path, "test", ReadOptions(strict=True))
    with pytest.raises(CorpusError):
        read_splits(tmp_path, ReadOptions(strict=True))


# Dev split off train


def numbered(texts: list[str]) -> str:
    return "\n".join(f"{text} B-X\n" for text in texts)


def sides(corpus: Corpus) -> tuple[list[str], list[str]]:
    return [s.text for s in corpus.train.sentences], [s.text for s in corpus.dev.sentences]


def test_a_tenth_is_split_off(write: Write) -> None:
    texts = [str(number) for number in range(200)]
    path = write(numbered(texts))
    corpus = read_corpus(path, seed=7)
    train, dev = sides(corpus)
    assert (len(train), len(dev)) == (180, 20)
    assert sorted([*train, *dev]) == sorted(texts)
    assert train == sorted(train, key=int)
    assert dev == sorted(dev, key=int)
    assert corpus.notes[0] == f"no dev file in {path}: 20 sentences (10%) split off train with seed 7"
    assert sides(read_corpus(path, seed=7)) == (train, dev)
    assert sides(read_corpus(path, seed=8)) != (train, dev)
    assert corpus.train.fingerprint != corpus.dev.fingerprint
    assert corpus.dev.name == "dev"


def test_a_dev_file_is_left_alone(write: Write, tmp_path: Path) -> None:
    write(numbered(["a", "b"]))
    write(numbered(["c"]), "dev.txt")
    corpus = read_corpus(tmp_path, seed=1)
    assert sides(corpus) == (["a", "b"], ["c"])


@given(
    texts=st.lists(st.sampled_from("abcdefghijkl"), min_size=2, max_size=60).filter(lambda x: len({*x}) > 1),
    seed=st.integers(0, 2**32),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_text_stays_on_one_side(write: Write, texts: list[str], seed: int) -> None:
    train, dev = sides(read_corpus(write(numbered(texts)), seed=seed))
    assert train
    assert dev
    assert not set(train) & set(dev)
    assert sorted([*train, *dev]) == sorted(texts)


def test_documents_stay_on_one_side_where_there_are_twenty(write: Write) -> None:
    def documents(count: int) -> str:
        return "\n".join(f"# newdoc id = {n}\n{n}a B-X\n\n{n}b O\n" for n in range(count))

    train, dev = sides(read_corpus(write(documents(20)), seed=1))
    assert (len(train), len(dev)) == (36, 4)
    assert not {text[:-1] for text in train} & {text[:-1] for text in dev}
    train, dev = sides(read_corpus(write(documents(3)), seed=1))
    assert (len(train), len(dev)) == (5, 1)


def test_a_single_sentence_cannot_be_split(write: Write) -> None:
    path = write(numbered(["a", "a", "a"]))
    with pytest.raises(InputError) as caught:
        read_corpus(path, seed=1)
    assert str(caught.value) == (
        f"{path}: 3 sentences can't be divided into train and dev: sentences of one document or with the same text "
        "stay together, so there are too few groups (1); add more"
    )


def test_dev_has_no_unknown_tags(write: Write) -> None:
    texts = [str(number) for number in range(200)]
    path = write("\n".join(f"{text} {'B-X' if int(text) % 4 == 0 else '?'}\n" for text in texts))
    corpus = read_corpus(path, seed=7)
    train, dev = sides(corpus)
    assert (len(train), len(dev)) == (194, 6)  # a tenth of the entities
    assert all(int(text) % 4 == 0 for text in dev)
    assert corpus.notes[0].endswith(": 6 sentences (3%) split off train with seed 7")
    assert corpus.notes[1] == "no sentence of dev has the tag ?"


def test_a_small_dev_for_want_of_known_tags_is_told(write: Write) -> None:
    path = write("\n".join(f"{number} {'?' if number > 5 else 'B-X'}\n" for number in range(100)))
    corpus = read_corpus(path, seed=7)
    assert 1 <= len(corpus.dev.sentences) <= 6
    assert corpus.notes[3] == (
        f"{path}: only 6 of 100 sentences have no tag ?, which is too few for dev and test: their scores will depend "
        "on chance; label more sentences completely, or use a separate file"
    )


def test_too_few_sentences_without_unknown_tags(write: Write) -> None:
    path = write("王 B-PER\n来 ?\n\n去 ?\n")
    with pytest.raises(InputError) as caught:
        read_corpus(path, seed=1)
    assert str(caught.value) == (
        f"{path}: dev can't have sentences with the tag ?, nor other sentences of their documents or with their "
        "texts, so only 0 are left to choose from: label more sentences completely, or use a separate file"
    )


@pytest.mark.parametrize("name", ["dev", "test"])
def test_dev_and_test_files_have_no_unknown_tags(write: Write, tmp_path: Path, name: str) -> None:
    for other in ("train", "dev", "test"):
        write("王 B-PER\n来 ?\n" if other == "train" else GOOD, f"{other}.txt")
    assert read_corpus(tmp_path, seed=1).train.unknown == 1
    path = write(GOOD + "\n我 ?\n来 ?\n\n去 ?\n", f"{name}.txt")
    with pytest.raises(InputError) as caught:
        read_corpus(tmp_path, seed=1)
    assert str(caught.value) == (
        f"{path}:8: the sentence has characters with the tag ?, 3 in 2 sentences in all; scores need every tag: label "
        "these sentences completely, or remove them (only train may have ?)"
    )


# Real data


@pytest.mark.parametrize(
    ("name", "sentences", "scheme", "repairs", "types"),
    [
        ("resume", (3821, 463, 477), "BMES", (4, 0, 0), 8),
        ("uner-gsdsimp", (3997, 500, 500), "BIO", (0, 0, 0), 3),
    ],
)
def test_real_data(name: str, sentences: tuple[int, ...], scheme: str, repairs: tuple[int, ...], types: int) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is absent")
    corpus = read_corpus(DATA / name, seed=1)
    splits = [split for split in (corpus.train, corpus.dev, corpus.test) if split]
    assert tuple(len(split.sentences) for split in splits) == sentences
    assert tuple(len(split.repairs) for split in splits) == repairs
    assert {split.scheme and split.scheme.name for split in splits} == {scheme}
    assert len(corpus.types) == types


def test_a_train_file_without_o_is_told(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("王 B-PER\n来 ?\n", encoding="utf-8")
    (tmp_path / "dev.txt").write_text("王 B-PER\n来 O\n", encoding="utf-8")
    told = [note for note in read_corpus(tmp_path, seed=1).notes if "label some characters O" in note]
    assert told == [
        "every character of train is in an entity or has the tag ?: label some characters O, or the tagger finds "
        "entities everywhere"
    ]
    (tmp_path / "train.txt").write_text("王 B-PER\n来 ?\n了 O\n", encoding="utf-8")
    assert not any("label some characters O" in note for note in read_corpus(tmp_path, seed=1).notes)


def test_very_many_types_are_not_all_told() -> None:
    train = [Sentence(f"王{i}", [(0, 1, f"T{i}")]) for i in range(3000)]
    dev = [Sentence(f"李{i}", [(0, 1, f"U{i}")]) for i in range(3000)]
    notes = Corpus.from_sentences(train, dev).notes
    assert len(notes) < 110
    assert notes[0].endswith(" and 2,900 more")
    assert notes[-1] == "2,900 more types are not in train, so they can't be learned"


def test_the_share_of_dev_can_be_chosen(write: Write, tmp_path: Path) -> None:
    path = write("".join(f"{c} O\n王 B-PER\n\n" for c in map(chr, range(0x4E00, 0x4E0A))))
    corpus = read_corpus(path, dev_share=0.3)
    assert (len(corpus.train.sentences), len(corpus.dev.sentences)) == (7, 3)
    assert corpus.source is not None
    assert corpus.source.dev_share == 0.3
    for share in (0, 1, -0.1):
        with pytest.raises(InputError, match="expected `dev_share` to be more than 0 and less than 1"):
            read_corpus(path, dev_share=share)
    write(GOOD, "dev.txt")
    with pytest.raises(InputError, match=r"dev\.txt is the dev file: leave out `dev_share`, or move the file away"):
        read_corpus(tmp_path, dev_share=0.3)
