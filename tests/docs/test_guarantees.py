"""The page of guarantees and limits: each row names tests that exist, and each limit is the one in the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from ner import bounded_json, choices, files
from ner.annotating import annotate, read_tasks
from ner.checking import check_report
from ner.classifying import classifier_trainer
from ner.data import bounded_parquet, corpus, text_encoding
from ner.data.formats import conll_columns
from ner.evaluation import entity_tables, pictures, report_html
from ner.exporting import onnx_conversion
from ner.lexicon import entries as lexicon_entries
from ner.lexicon import lexicon, read_lists, rules
from ner.model import memory_needs
from ner.model.network_settings import NetworkSettings
from ner.pretraining import unlabelled_text
from ner.records import excel_sheet, row_readers, source_files
from ner.serving import api_keys, http_protocol, lexicons, schemas, tagging
from ner.serving.serving_settings import ServingSettings
from ner.settings import bounds
from ner.summarizing import count_tables, load_tagged
from ner.tagging import engine_settings

ROOT = Path(__file__).parents[2]
PAGES = {
    language: (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    for language, name in (("en", "guarantees.md"), ("zh", "guarantees.zh.md"))
}
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows_of(page: str) -> list[list[str]]:
    """The cells of all rows of all tables, without the headers."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.splitlines() if line[:1] == "|"]
    rules = [number for number, row in enumerate(rows) if row[0].startswith("---")]
    return [row for number, row in enumerate(rows) if not {number, number + 1} & {*rules}]


@cache
def read_test_names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("language", PAGES)
def test_each_row_names_tests_that_exist(language: str) -> None:
    rows = rows_of(PAGES[language])
    assert len(rows) > 50
    for row in rows:
        named = TEST.findall(row[-1])
        assert named, f"no test: {row[0]}"
        assert not TEST.sub("", row[-1]).strip(" ,、"), row[-1]
        for file, name in named:
            assert name in read_test_names(ROOT / "tests" / file), f"{file}::{name}"


def test_both_languages_have_the_same_rows() -> None:
    english, chinese = ([TEST.findall(row[-1]) for row in rows_of(page)] for page in PAGES.values())
    assert english == chinese
    anchors = [re.findall(r"\{#[\w-]+\}", page) for page in PAGES.values()]
    assert anchors[0] == anchors[1]


def limits_in_code() -> list[list[int | str]]:
    """The numbers of each row of the table of limits."""
    megabyte = 1 << 20
    windows = bounds(NetworkSettings.__pydantic_fields__["max_length"])
    threads = bounds(engine_settings.EngineSettings.__pydantic_fields__["threads"])
    assert windows is not None
    assert threads is not None
    service = ServingSettings()
    unpacked = [bounded_parquet.MOST_TIMES_AS_LARGE, bounded_parquet.ALWAYS_BYTES]
    return [
        [row_readers.LONGEST_LINE],
        [source_files.LARGEST_UNPACKED],
        [excel_sheet._MOST_ROWS, excel_sheet._MOST_CHARACTERS],
        [unlabelled_text._LONGEST_PARAGRAPH],
        [conll_columns.LONGEST_TOKEN],
        [conll_columns.MOST_COLUMNS],
        [text_encoding._MOST_OF_A_STREAM // megabyte],
        [files.MOST_BYTES // megabyte],
        [bounded_json.DEEPEST],
        [bounded_json.LONGEST_NUMBER],
        unpacked,
        unpacked,
        [read_lists.LARGEST_FILE // megabyte],
        [read_lists.LONGEST_LINE],
        [lexicon_entries.LONGEST_TERM],
        [lexicon.MOST_ENTRIES],
        [rules.MOST_RULES],
        [rules.LONGEST_PATTERN],
        [choices.MOST_READINGS],
        [choices.MOST_SEEDS],
        [engine_settings._PER_CORE, engine_settings._AT_LEAST, threads.en.split()[-1]],
        [windows.en.split()[-1]],
        [classifier_trainer.MOST_WINDOWS],
        [memory_needs._BYTES_PER_PAIR],
        [onnx_conversion._LARGEST // megabyte],
        [corpus._MOST_PROBLEMS],
        [check_report._MOST_ON_PAGE],
        [report_html.MOST_EXAMPLES],
        [report_html.MOST_DOUBTFUL],
        [entity_tables.MOST_TYPES],
        [pictures._MOST_TYPES],
        [load_tagged.LARGEST_RECORD // megabyte],
        [count_tables.MOST_TOGETHER],
        [service.max_body],
        [service.max_texts],
        [service.max_characters],
        [int(service.max_wait)],
        [int(service.timeout)],
        [api_keys._LEAST_LENGTH],
        [http_protocol._MOST_HEAD],
        [tagging._MOST_NUMBERS],
        [read_tasks.MOST_TEXTS],
        [read_tasks.MOST_CHARACTERS],
        [annotate.MOST_TYPES],
        [schemas.MOST_OF_REQUEST],
        [lexicons.MOST_NAMED],
    ]


@pytest.mark.parametrize("language", PAGES)
def test_limits_are_those_of_the_code(language: str) -> None:
    rows = [row for row in rows_of(PAGES[language]) if len(row) == 4]
    for row, limits in zip(rows, limits_in_code(), strict=True):
        told = re.findall(r"\d[\d,]*", row[1])
        assert told == [limit if isinstance(limit, str) else f"{limit:,}" for limit in limits], row[0]
