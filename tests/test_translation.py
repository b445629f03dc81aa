import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.translation import read_tables, translate
from tests.helpers.shown_texts import python_lines, template_lines

LIBRARY = Path(__file__).parents[1] / "ner"
ENGLISH_ALONE = (
    "serving",
    "lexicon/builtin_rules.py",
    "citation.py",
    "commands/environment.py",
    "evaluation/fonts.py",
    "data/formats/people_daily.py",
    "words/jieba_segmenter.py",
)
"""What the service answers, which programs read, and texts that are no messages."""
PARTS = {
    # of messages that are put together, and are in the catalogue as a whole
    ", {} of them in {}",
    ", {} in train",
    "The most frequent kind of error is “{}”: {}{}. To fix it, {}.",
    "The weakest type is {}: F1 {} ({} in gold{}).",
    "B is significantly {} than A: {}, p = {}",
    "is used twice",
    "is the same as {}, which is in use",
    "{} {}: choose another `{}`",
    "free some space, and",
    "if the disk is full, free some space, and",
    "; it is UTF-8: leave out `encoding`",
    "{}expected a list of tokens and a list of tags, found {}",
    "expected `frame` to have the columns sentence, character and tag, or text and entities, or text, "
    "start, end and label, got",
    "{} error{} of {} {} gold with a score of {} or more: check these labels first, gold may be wrong.",
    "(and line {})",
    "(and lines {} and {})",
    # said to programs and libraries
    "bert-ner: tag shards",
    "simplified and traditional characters",
    "export to {}",
    "a search without a best trial ends in an error",
    "the last attempt returns or raises",
    # words of pydantic and matplotlib
    "a valid string",
    "a valid boolean",
    "a valid list",
    "greater than or equal to",
    "less than or equal to",
    "greater than",
    "at least",
    "at most",
    "more than",
    "outside upper center",
    "upper left",
    "offset points",
    "Input should be",
    ": Input should be",
    "Value error, | \\(env var: 'None'\\)",
    "predicted column",
}


@pytest.fixture
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERT_NER_LANG", "zh")


@pytest.mark.usefixtures("_chinese")
@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("there is no file a.txt", "没有文件 a.txt"),
        (
            "train.txt:118: one column, 'x'; expected a token and a tag",
            "train.txt:118：只有一列，'x'；应有 token 和标签",
        ),
        (
            "expected `epochs` to be a whole number from 1 to 100,000, got 0",
            "`epochs` 应为 1 到 100,000 的整数，而不是 0",
        ),
        ("a.jsonl: expected one JSON object per line, got 1", "a.jsonl：每行应为一个 JSON 对象，而不是 1"),
        ("there is no file a\nthere is no file b", "没有文件 a\n没有文件 b"),
        ("  and 7 more", "  还有 7 个"),
        (
            "a.csv:3 (and lines 8, 9 and 120 more): expected 3 columns as in the header, got 4; "
            "write the separators of empty cells too",
            "a.csv:3（还有第 8、9 行和另外 120 行）：应与表头一样有 3 列，而不是 4 列；空单元格的分隔符也要写上",
        ),
        ("a.txt:3 (and lines 4 and 5): has no sentences", "a.txt:3（还有第 4、5 行）：没有句子"),
        ("train has no entities: 3 things", "train 里没有实体：3 things"),
        ("some words that nobody knows", "some words that nobody knows"),
        ("train", "train"),
        ("", ""),
    ],
)
def test_a_message_is_translated(english: str, chinese: str) -> None:
    assert translate(english) == chinese


def test_english_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERT_NER_LANG", "en")
    assert translate("there is no file a.txt") == "there is no file a.txt"


@pytest.mark.usefixtures("_chinese")
def test_an_error_of_a_command_is_in_chinese_and_names_the_option(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["train", "--data", "data_demo", "--output", str(tmp_path / "m"), "--epochs", "0"])
    assert ended.exit_code == 2
    assert ended.stderr == "bert-ner: --epochs 应为 1 到 100,000 的整数，而不是 0\n"


@pytest.mark.usefixtures("_chinese")
def test_every_message_has_chinese() -> None:
    missing = []
    for path in sorted(LIBRARY.rglob("*.py")):
        name = path.relative_to(LIBRARY).as_posix()
        if not name.startswith(ENGLISH_ALONE):
            missing += [f"{name}:{line}: {text}" for line, text in python_lines(path) if not _is_translated(text)]
    for path in sorted(LIBRARY.rglob("*.j2")):
        name = path.relative_to(LIBRARY).as_posix()
        missing += [f"{name}: {text}" for text in template_lines(path) if translate(text.replace("{}", "甲")) == text]
    assert not missing, "give them Chinese in ner/translations.zh.toml:\n" + "\n".join(missing)


@pytest.mark.usefixtures("_chinese")
def test_a_hint_about_an_argument_is_in_chinese() -> None:
    assert CliRunner().invoke(app, ["info", "a"]).stderr == (
        "bert-ner: 多余的参数：a；是不是 --model a？（bert-ner info --help 列出全部选项）\n"
    )


def test_every_translation_can_be_filled_in() -> None:
    for table in read_tables().values():
        for english, chinese in table.items():
            if values := english.count("{}"):
                chinese.format(*range(values))


def test_every_translation_is_of_a_message() -> None:
    sources = [text for path in LIBRARY.rglob("*.py") for _, text in python_lines(path)]
    sources += [text for path in LIBRARY.rglob("*.j2") for text in template_lines(path)]
    everything = "\n".join(sources) + "\n".join(path.read_text("utf-8") for path in LIBRARY.rglob("*.py"))
    for name, table in read_tables().items():
        if name not in ("libraries", "put_together"):
            left = [english for english in table if not all(piece in everything for piece in _pieces(english))]
            assert not left, f"no message in the code has these words: {left}"


def _pieces(message: str) -> list[str]:
    """The parts of a message that stand in the code as they are."""
    return [piece.strip(" `") for piece in re.split(r"\{\}|: |; |, |\. ", message)]


def _is_translated(text: str) -> bool:
    """Whether Chinese is all that is left of a message, apart from commands, names of parameters and code."""
    shown = translate(text.replace("{}", "甲"))
    left = re.sub(
        r"bert-ner [\w -]+|`[^`]*`|pip install .*|git lfs pull|hf download|torchrun .*|seqeval strict", "", shown
    )
    left = left.replace("Cohen's kappa", "")
    return text in PARTS or not re.search(r"(?<![\w`\-.=/])[a-z]+ [a-z']+(?![\w`\-=/.])", left)
