"""The scorer: every expected count was made by hand from the rules, or comes from the Perl original or seqeval."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report, f1_score, precision_score, recall_score

from conlleval import Scores, TypeScores, evaluate, latex, report
from conlleval.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "conlleval-vectors" / "cases.jsonl"

Outcome = tuple[int, bytes, bytes]
Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """The command in this process: input and options to (exit status, standard output, standard error)."""

    def run(source: str | bytes, *options: str) -> Outcome:
        data = source.encode() if isinstance(source, str) else source
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            status = main(options)
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        return status, *capsysbinary.readouterr()

    return run


def run_process(source: str, *options: str) -> Outcome:
    command = [sys.executable, "-m", "conlleval", *options]
    done = subprocess.run(command, input=source.encode(), capture_output=True, cwd=ROOT, check=False)
    return done.returncode, done.stdout, done.stderr


# 7 tokens, 4 with the right tag; 3 gold chunks, 3 predicted, of which the first LOC is right.
PLAIN = """\
中 B-LOC B-LOC
国 I-LOC I-LOC
人 O O
李 B-PER B-PER
四 I-PER O

北 B-LOC B-ORG
京 I-LOC I-ORG
"""
PLAIN_REPORT = """\
processed 7 tokens with 3 phrases; found: 3 phrases; correct: 1.
accuracy:  57.14%; precision:  33.33%; recall:  33.33%; FB1:  33.33
              LOC: precision: 100.00%; recall:  50.00%; FB1:  66.67  1
              ORG: precision:   0.00%; recall:   0.00%; FB1:   0.00  1
              PER: precision:   0.00%; recall:   0.00%; FB1:   0.00  1
"""
PLAIN_LATEX = r"""        & Precision &  Recall  & F$_{\beta=1} \\\hline
LOC     &  100.00\% &  50.00\% &  66.67 \\
ORG     &    0.00\% &   0.00\% &   0.00 \\
PER     &    0.00\% &   0.00\% &   0.00 \\\hline
Overall &   33.33\% &  33.33\% &  33.33 \\\hline
"""
PLAIN_GOLD = [["B-LOC", "I-LOC", "O", "B-PER", "I-PER"], ["B-LOC", "I-LOC"]]
PLAIN_PREDICTED = [["B-LOC", "I-LOC", "O", "B-PER", "O"], ["B-ORG", "I-ORG"]]

CHINESE_LATEX = r"""        & Precision &  Recall  & F$_{\beta=1} \\\hline
人名  &  100.00\% & 100.00\% & 100.00 \\\hline
Overall &  100.00\% & 100.00\% & 100.00 \\\hline
"""
PERFECT_X = """\
processed 2 tokens with 1 phrases; found: 1 phrases; correct: 1.
accuracy: 100.00%; precision: 100.00%; recall: 100.00%; FB1: 100.00
                X: precision: 100.00%; recall: 100.00%; FB1: 100.00  1
"""


@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        pytest.param(PLAIN, [], PLAIN_REPORT, id="plain"),
        pytest.param(re.sub(r"(?m)^(.) ", r"\1 x 9 ", PLAIN), [], PLAIN_REPORT, id="more columns"),
        pytest.param(PLAIN.replace("\n\n", "\n-X- O O\n"), [], PLAIN_REPORT, id="boundary line"),
        pytest.param(PLAIN.rstrip("\n"), [], PLAIN_REPORT, id="no newline at the end"),
        pytest.param(PLAIN, ["-l"], PLAIN_LATEX, id="latex"),
        pytest.param(PLAIN, ["-l", "-l"], PLAIN_LATEX, id="latex twice"),
        pytest.param(PLAIN.replace(" ", "\t"), ["-d", "\t"], PLAIN_REPORT, id="tabs"),
        pytest.param(PLAIN.replace(" ", "\t"), ["-d", r"\t"], PLAIN_REPORT, id="tabs by an expression"),
        pytest.param(PLAIN.replace(" ", "   "), ["-d", " +"], PLAIN_REPORT, id="any number of spaces"),
        pytest.param(PLAIN.replace(" ", "："), ["-d", "："], PLAIN_REPORT, id="a delimiter of three bytes"),
        pytest.param(
            "京OO\n人OB\n",
            ["-d", ""],
            "processed 2 tokens with 0 phrases; found: 1 phrases; correct: 0.\n"
            "accuracy:  50.00%; precision:   0.00%; recall:   0.00%; FB1:   0.00\n"
            "                 : precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n",
            id="an empty delimiter: each byte is a column",
        ),
        pytest.param("a B-X B-X\nb I-X I-X \n", [], PERFECT_X, id="empty columns at the end don't count"),
        pytest.param("B-X B-X\nI-X I-X\n", [], PERFECT_X, id="tags only"),
        pytest.param("", [], "processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n", id="empty"),
        pytest.param("a 0 0\nb X X\n", ["-r", "-o", "0"], PERFECT_X, id="raw, outside is 0"),
        pytest.param("a O O\nb X X\n", ["-r"], PERFECT_X, id="raw"),
        pytest.param(
            "a X X\nb X X\n",
            ["-r"],
            "processed 2 tokens with 2 phrases; found: 2 phrases; correct: 2.\n"
            "accuracy: 100.00%; precision: 100.00%; recall: 100.00%; FB1: 100.00\n"
            "                X: precision: 100.00%; recall: 100.00%; FB1: 100.00  2\n",
            id="raw: every token is a chunk",
        ),
        pytest.param(
            "a 0 0\n",
            ["-o", "0"],
            "processed 1 tokens with 0 phrases; found: 0 phrases; correct: 0.\n"
            "accuracy: 100.00%; precision:   0.00%; recall:   0.00%; FB1:   0.00\n",
            id="-o alone changes nothing",
        ),
        pytest.param(
            "李 B-人名 B-人名\n某 I-人名 I-人名\n厂 B-机构名称 O\n",
            [],
            "processed 3 tokens with 2 phrases; found: 1 phrases; correct: 1.\n"
            "accuracy:  66.67%; precision: 100.00%; recall:  50.00%; FB1:  66.67\n"
            "           人名: precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n"
            "     机构名称: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n",
            id="Chinese types: three bytes a character",
        ),
        pytest.param("李 B-人名 B-人名\n", ["-l"], CHINESE_LATEX, id="Chinese types in LaTeX"),
        pytest.param(
            "a B-geo-loc B-geo-org\n",
            [],
            "processed 1 tokens with 1 phrases; found: 1 phrases; correct: 0.\n"
            "accuracy:   0.00%; precision:   0.00%; recall:   0.00%; FB1:   0.00\n"
            "          geo-loc: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n"
            "          geo-org: precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n",
            id="hyphens in types",
        ),
        pytest.param(
            "a B B-0\n",
            [],
            "processed 1 tokens with 1 phrases; found: 1 phrases; correct: 1.\n"
            "accuracy: 100.00%; precision: 100.00%; recall: 100.00%; FB1: 100.00\n"
            "                 : precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n"
            "                 : precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n",
            id="no type, and type 0, which is none: a row printed twice",
        ),
    ],
)
def test_command_prints_what_was_counted_by_hand(run: Run, source: str, options: list[str], expected: str) -> None:
    status, output, errors = run(source, *options)
    assert (status, errors) == (0, b"")
    assert output.decode() == expected


def test_any_number_of_distinct_lines_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conlleval.__main__._MOST_KNOWN", 2)
    assert run(PLAIN * 3)[1] == run(PLAIN + PLAIN + PLAIN.replace("人", "民"))[1]
    assert run(PLAIN)[1].decode() == PLAIN_REPORT
    assert run(f"{PLAIN}b O\n")[2].startswith(b"conlleval: <stdin>:9: expected 3 columns as above, got 2")


def test_type_names_need_not_be_utf8(run: Run) -> None:
    status, output, _ = run(b"a B-\xff\xfe B-\xff\xfe\n")
    assert status == 0
    assert output.splitlines()[2].startswith(b" " * 15 + b"\xff\xfe: precision: 100.00%")
    _, output, _ = run(b"a B-\xff\xfe B-\xff\xfe\n", "--json")
    assert list(json.loads(output)["types"]) == ["\udcff\udcfe"]


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("a O O\nb O\n", [], "<stdin>:2: expected 3 columns as above, got 2"),
        ("a O O\n\n-X-\n", [], "<stdin>:3: expected 3 columns as above, got 1"),
        ("\nonly\n", [], "<stdin>:2: expected at least two columns (gold, predicted), got one"),
        ("a O O\n", ["-d", "("], "-d: expected a regular expression, got '('"),
        ("a O O\n", ["-d"], "argument -d: expected one argument"),
        ("a O O\n", ["-x"], "unrecognized arguments: -x"),
        ("a O O\n", ["file.txt"], "unrecognized arguments: file.txt"),
        ("a O O\n", ["-l", "--json"], "not allowed with argument"),
    ],
)
def test_errors_are_one_sentence_and_status_1(run: Run, source: str, options: list[str], message: str) -> None:
    status, output, errors = run(source, *options)
    assert (status, output) == (1, b"")
    assert message in errors.decode()
    assert "Traceback" not in errors.decode()


def test_the_process_does_the_same() -> None:
    assert run_process(PLAIN) == (0, PLAIN_REPORT.encode(), b"")
    assert run_process(PLAIN.replace(" ", "："), "-d", "：", "-l") == (0, PLAIN_LATEX.encode(), b"")
    assert run_process("only\n")[:2] == (1, b"")
    status, output, _ = run_process("", "--help")
    assert status == 0
    assert all(option in output for option in (b"-d DELIM", b"-r", b"-o TAG", b"-l", b"--json"))


def test_evaluate_gives_the_numbers_counted_by_hand() -> None:
    scores = evaluate(PLAIN_GOLD, PLAIN_PREDICTED)
    assert scores == Scores(
        tokens=7,
        correct_tokens=4,
        gold_chunks=3,
        predicted_chunks=3,
        correct_chunks=1,
        types={
            "LOC": TypeScores(gold_chunks=2, predicted_chunks=1, correct_chunks=1),
            "ORG": TypeScores(gold_chunks=0, predicted_chunks=1, correct_chunks=0),
            "PER": TypeScores(gold_chunks=1, predicted_chunks=1, correct_chunks=0),
        },
    )
    assert list(scores.types) == ["LOC", "ORG", "PER"]
    assert scores.accuracy == pytest.approx(400 / 7)
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((100 / 3, 100 / 3, 100 / 3))
    location = scores.types["LOC"]
    assert (location.precision, location.recall, location.f1) == pytest.approx((100, 50, 200 / 3))


def test_report_and_latex_are_what_the_command_prints() -> None:
    scores = evaluate(PLAIN_GOLD, PLAIN_PREDICTED)
    assert report(scores) == PLAIN_REPORT
    assert latex(scores) == PLAIN_LATEX


ROW = ("gold_chunks", "predicted_chunks", "correct_chunks", "precision", "recall", "f1")


def test_json_has_the_numbers_of_the_report(run: Run) -> None:
    scores = evaluate(PLAIN_GOLD, PLAIN_PREDICTED)
    assert run(PLAIN, "--json") == (0, scores.to_json().encode(), b"")
    assert json.loads(scores.to_json()) == scores.to_dict()
    assert scores.to_dict() == {
        "tokens": 7,
        "correct_tokens": 4,
        "accuracy": 57.14,
        "gold_chunks": 3,
        "predicted_chunks": 3,
        "correct_chunks": 1,
        "precision": 33.33,
        "recall": 33.33,
        "f1": 33.33,
        "types": {
            "LOC": dict(zip(ROW, (2, 1, 1, 100.0, 50.0, 66.67), strict=True)),
            "ORG": dict(zip(ROW, (0, 1, 0, 0.0, 0.0, 0.0), strict=True)),
            "PER": dict(zip(ROW, (1, 1, 0, 0.0, 0.0, 0.0), strict=True)),
        },
    }
    assert "人名" in evaluate([["B-人名"]], [["O"]]).to_json()


@pytest.mark.parametrize(
    ("tags", "chunks"),
    [
        ("B-X I-X B-X", 2),
        ("I-X I-X B-X", 2),  # IOB1
        ("I-X I-Y", 2),
        ("O I-X O I-X", 2),
        ("I-X E-X I-X I-X", 2),  # IOE1: E only where the next chunk follows at once
        ("I-X E-X E-X O", 2),  # IOE2
        ("[-X ]-X [-X", 3),
        (".-X .-Y", 0),
        ("B-X M-X E-X O S-X", 2),  # M, S: right while entities of one type stand apart
        ("B-X M-X E-X S-Y B-X", 3),
        ("S-X S-X", 1),  # and not where they touch
        ("B-X E-X B-X E-X", 1),
        ("B I", 1),  # without types, the prefixes alone decide
        ("B O B I B", 3),
        ("I O I B B O", 4),
        ("E O E I E E O", 4),
        ("O O", 0),
    ],
)
def test_prefixes(tags: str, chunks: int) -> None:
    scores = evaluate([tags.split()], [tags.split()])
    assert (scores.gold_chunks, scores.predicted_chunks, scores.correct_chunks) == (chunks, chunks, chunks)


def test_a_type_that_changes_after_a_dot_is_wrong() -> None:
    scores = evaluate([["B-X", ".-X", "I-X"]], [["B-X", ".-X", "I-Y"]])
    assert (scores.gold_chunks, scores.predicted_chunks, scores.correct_chunks) == (1, 2, 0)


def test_a_chunk_closed_by_a_dot_is_correct_under_no_type_as_in_the_original() -> None:
    scores = evaluate([["B-X", ".-X"]], [["B-X", ".-X"]])
    assert (scores.gold_chunks, scores.correct_chunks) == (1, 1)
    assert scores.types == {"X": TypeScores(gold_chunks=1, predicted_chunks=1, correct_chunks=0)}


def test_chunks_stop_at_a_sentence_boundary() -> None:
    scores = evaluate([["B-X"], ["I-X"]], [["B-X"], ["I-X"]])
    assert (scores.gold_chunks, scores.correct_chunks) == (2, 2)
    assert evaluate([["B-X", "I-X"]], [["B-X", "I-X"]]).gold_chunks == 1


def test_a_chunk_with_another_end_or_type_is_wrong() -> None:
    assert evaluate([["B-X", "I-X", "O"]], [["B-X", "I-X", "I-X"]]).correct_chunks == 0
    assert evaluate([["B-X", "I-X", "O"]], [["B-X", "O", "O"]]).correct_chunks == 0
    assert evaluate([["B-X", "I-X"]], [["B-X", "B-X"]]).correct_chunks == 0
    assert evaluate([["B-X", "B-X"]], [["B-X", "I-X"]]).correct_chunks == 0
    assert evaluate([["O", "B-X", "I-X"]], [["B-X", "I-X", "I-X"]]).correct_chunks == 0
    assert evaluate([["B-X", "I-X"]], [["B-Y", "I-Y"]]).correct_chunks == 0
    assert evaluate([["B-X", "I-X"]], [["I-X", "I-X"]]).correct_chunks == 1  # another prefix, the same chunk


def test_nothing_to_score() -> None:
    scores = evaluate([], [])
    assert (scores.tokens, scores.accuracy, scores.precision, scores.recall, scores.f1) == (0, 0, 0, 0, 0)
    assert evaluate([[]], [[]]) == scores


def test_evaluate_refuses_sides_that_differ() -> None:
    with pytest.raises(ValueError, match="expected 2 predicted sentences, as many as gold, got 1"):
        evaluate([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match=r"sentence 1 \(from 0\): expected 2 predicted tags, as many as gold, got 3"):
        evaluate([["O"], ["O"] * 2], [["O"], ["O"] * 3])
    with pytest.raises(TypeError, match="expected a list of tags, got a single string"):
        evaluate(["O"], ["O"])


def well_formed(tags: list[str]) -> list[str]:
    """BIO in which every I- continues a chunk of its type."""
    mended: list[str] = []
    for tag in tags:
        goes_on = bool(mended) and mended[-1][1:] == tag[1:]
        mended.append(tag if tag[0] != "I" or goes_on else "B" + tag[1:])
    return mended


TAGS = st.sampled_from(["O", "B-PER", "I-PER", "B-地名", "I-地名", "B-a-b", "I-a-b"])
SENTENCES = st.lists(st.lists(st.tuples(TAGS, TAGS), max_size=12), max_size=6)


@given(SENTENCES)
@settings(max_examples=60)
def test_agrees_with_seqeval_on_bio(sentences: list[list[tuple[str, str]]]) -> None:
    gold = [well_formed([tag for tag, _ in sentence]) for sentence in sentences]
    predicted = [well_formed([tag for _, tag in sentence]) for sentence in sentences]
    scores = evaluate(gold, predicted)
    if not scores.types:  # where there is no chunk on either side, seqeval raises instead
        assert scores.gold_chunks == scores.predicted_chunks == 0
        return
    assert scores.precision == pytest.approx(100 * precision_score(gold, predicted, zero_division=0))
    assert scores.recall == pytest.approx(100 * recall_score(gold, predicted, zero_division=0))
    assert scores.f1 == pytest.approx(100 * f1_score(gold, predicted, zero_division=0))
    rows = classification_report(gold, predicted, output_dict=True, zero_division=0)
    for name, row in scores.types.items():
        assert row.gold_chunks == rows[name]["support"]
        assert row.f1 == pytest.approx(100 * rows[name]["f1-score"])


@pytest.mark.skipif(not VECTORS.exists(), reason="the original's recorded outputs are kept beside the checkout")
def test_agrees_with_the_original_byte_for_byte(run: Run) -> None:
    cases = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    for number, case in enumerate(cases):
        status, output, _ = run(case["stdin"], *case["args"])
        assert (number, output.decode(), status) == (number, case["stdout"], case["exit"])
    for case in cases[::80]:
        status, output, _ = run_process(case["stdin"], *case["args"])
        assert (output.decode(), status) == (case["stdout"], case["exit"])
