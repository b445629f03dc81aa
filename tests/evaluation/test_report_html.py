"""The page as text; `test_page_in_browser.py` looks at it as a browser does."""

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.evaluation import report_html as pages
from ner.evaluation.entity_errors import KINDS
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.next_steps import next_steps
from ner.evaluation.report_files import TABLES, write_report, write_systems
from ner.evaluation.report_html import render_html
from ner.evaluation.report_markdown import render_markdown
from ner.evaluation.scores import compare
from ner.evaluation.side_by_side import SideBySide
from ner.evaluation.systems import SystemReports
from ner.evaluation.terminal_summary import format_unseen
from ner.extras import how_to_install
from ner.records.html_writer import HtmlWriter
from ner.records.record import Record
from tests.helpers.spoiled_report import MARKUP, RECORD, spoiled_report


@pytest.fixture(scope="module")
def report() -> Report:
    return spoiled_report()


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return render_html(report, pictures=False)


class Page(HTMLParser):
    """The text of a page; its elements must be closed in the reverse order in which they were opened."""

    VOID = frozenset(("meta", "br", "link", "img"))

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.text = ""
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}
        self.ids |= {value or "" for name, value in attrs if name == "id"}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_and_shows_markup_as_text(html: str) -> None:
    shown = Page(html)
    assert f"王{MARKUP}" in shown.text
    assert "<model>" in shown.text
    assert "<i>.txt:1" in shown.text
    assert not {"script", "link", "img", "iframe"} & shown.seen
    assert not {"src", "onclick", "onload"} & shown.attributes
    assert {link[1:] for link in shown.links} <= {"", *shown.ids}
    assert "url(" not in html
    assert "http://" not in html.replace("http://www.w3.org/", "")
    assert "default-src 'none'; style-src 'unsafe-inline'" in html


def test_with_pictures_it_is_well_formed_too(report: Report) -> None:
    pytest.importorskip("matplotlib")
    shown = Page(render_html(report))
    assert "svg" in shown.seen
    assert not {"script", "img", "text"} & shown.seen
    assert pages.NOT_DRAWN not in shown.text


def test_the_headline_and_the_origin(report: Report, html: str) -> None:
    scores = report.evaluation.scores
    assert report.interval
    low, high = report.interval
    assert low < scores.f1 < high
    text = " ".join(Page(html).text.split())
    assert f"{scores.f1:.2f} F1 conlleval; 95% interval {low:.2f} to {high:.2f}" in text
    assert f"{scores.f1:.2f} strict F1" in text
    assert f"fingerprint{report.background.split.fingerprint}" in text
    assert "train<train>.txt fingerprintabc sentences1,420" in text
    assert "encodermini-zh" in text
    assert "It differs from the data that the model was trained on" in text


def test_every_table_is_on_the_page_with_what_to_do(report: Report, html: str) -> None:
    text = Page(html).text
    assert [*report.tables] == ["Scores", "Errors", "Weak spots", "Confidence", "Training"]
    for table in report.all_tables:
        assert table.title in text
        assert table.advice in text
    assert {table.name for table in report.all_tables} >= {"by_seen", "by_unknown", "by_document", "by_file", "epochs"}


def test_entities_that_are_not_in_train_stand_beside_f1(report: Report, html: str) -> None:
    table = next(table.frame for table in report.all_tables if table.name == "by_seen").set_index("seen in train")
    assert report.unseen is not None
    assert report.unseen["f1"] == table.loc["not at all", "f1"]
    headline = f"{report.unseen['f1']:.2f} F1 of entities that are not in train {report.unseen['gold']} of "
    assert headline in " ".join(Page(html).text.split())
    assert f"**: F1 of entities that are not in train ({report.unseen['gold']} of " in render_markdown(report)
    assert format_unseen(report).startswith(f"entities that are not in train: {report.unseen['gold']} of ")
    train = report.background.train
    assert report.to_dict()["unseen_in_train"] == report.unseen
    tables = report.evaluation.tables(train)
    assert {"confusion", "by_seen", "by_frequency", "by_entity_length"} <= tables.keys()
    assert "by_seen" not in report.evaluation.tables()


def test_without_train_it_is_not_known_what_is_in_it(report: Report) -> None:
    alone = replace(report, background=replace(report.background, train=None))
    assert alone.unseen is None
    assert format_unseen(alone) == ""
    assert "entities that are not in train" not in render_markdown(alone)


def test_examples_can_be_told_by_kind_and_type(report: Report, html: str) -> None:
    items = re.findall(r'<li data-kind="(\d)" data-type="([\d ]+)">', html[html.index('id="examples"') :])
    types = [*report.evaluation.scores.types]
    assert [KINDS[int(kind)] for kind, _ in items] == [error.kind for error in report.errors]
    assert [{types[int(number)] for number in numbers.split()} for _, numbers in items] == [
        error.types for error in report.errors
    ]
    for number, kind in enumerate(KINDS):
        assert f'<option value="{number}">{kind}</option>' in html
        assert f'option[value="{number}"]:checked) #examples li:not([data-kind~="{number}"])' in html


def test_doubtful_gold_stands_apart_with_what_train_says(report: Report, html: str) -> None:
    assert report.doubtful_gold
    assert all(error.score and error.score >= 0.95 for error in report.doubtful_gold)
    part = html[html.index('id="doubtful-gold"') : html.index('id="in-context"')]
    assert part.count("<li data-kind") == len(report.doubtful_gold)
    form = report.doubtful_gold[0].entity.text
    assert re.search(rf"in train: {form}: (\w+ \d|not an entity|not in train)", part)


def test_what_train_says_tells_no_entity_from_no_text() -> None:
    """A form in nothing but unknown characters, or across two sentences, is not in train either."""
    train = [
        Sentence("王明来北京", (Entity(0, 2, "PER", "王明"),)),
        Sentence("上海去", unknown=((0, 2),)),
        Sentence("天", ()),
        Sentence("津", ()),
    ]
    forms = {
        "王明": "PER 1",
        "北京": "not an entity",
        "广州": "not in train",
        "上海": "not in train",
        "天津": "not in train",
    }
    sentences = [Sentence(form, (Entity(0, 2, "X", form),), "a", 1) for form in forms]
    background = Background(Split("a", sentences), "m", train=Split("t", train))
    text = Page(render_html(Report(compare(sentences, [[]] * len(forms), ["X"]), background), pictures=False)).text
    assert re.findall(r"in train: (\w+): ([\w ]+)", text) == [*forms.items()]


def test_a_page_shows_some_doubtful_gold_and_says_where_the_rest_is(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "it and score again. All are in doubtful_gold.csv." in render_html(report, pictures=False)
    monkeypatch.setattr(pages, "MOST_DOUBTFUL", 2)
    html = render_html(report, pictures=False)
    assert f"Doubtful gold: {len(report.doubtful_gold)}</h2>" in html
    assert "The first 2 are shown here." in html


def test_a_type_has_the_colour_that_it_has_where_text_is_tagged() -> None:
    """The model knows a type that doesn't occur here, one with a character that can't be seen, and not all of gold."""
    known, per = ["LOC", "ORG\u200b", "PER"], Entity(0, 1, "PER", "王")
    sentence = Sentence("王京", (per, Entity(1, 2, "ANIMAL", "京")), "a.txt", 1)
    file = StringIO()
    writer = HtmlWriter(file, types=known)
    writer.write(Record("a.txt", 1, "王京"), [per, Entity(1, 2, "ORG\u200b", "京")])
    background = Background(Split("a.txt", [sentence]), "m", types=known)
    predicted = [Entity(1, 2, "ORG\u200b", "京")]
    report = Report(compare([sentence], [predicted], known), background)
    other = replace(report, evaluation=compare([sentence], [[per]], known))
    colours = [
        {label: hue for hue, label in re.findall(r'--hue: (\d+)"[^>]*>[^<]+<small>([^<]+)</small>', html)}
        for html in (
            file.getvalue(),
            render_html(report, pictures=False),
            pages.render_side_by_side_html(SideBySide(report, other)),
        )
    ]
    assert colours[0] == {"ORG\\u200b": "52", "PER": "275"}
    assert colours[1] == colours[2] == {**colours[0], "ANIMAL": "190"}


def test_what_is_too_much_for_a_page_is_left_to_the_files(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_EXAMPLES", 5)
    html = render_html(report, pictures=False)
    assert html[html.index('id="examples"') :].count("<li data-kind") == 5
    assert "The first 5 are shown here. All are in errors.csv." in html
    text = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    twice = [Sentence(text, tuple(Entity(i, i + 1, "X", text[i]) for i in range(len(text))))] * 2
    all_missed = Report(compare(twice, [[], []], ["X"]), Background(Split("a", twice), "m"))
    assert "2 more are in forms.csv." in render_html(all_missed, pictures=False)


@pytest.mark.slow
def test_a_record_that_lacks_something_is_shown_as_far_as_it_goes(report: Report, tmp_path: Path) -> None:
    for lacking in RECORD:
        record = {name: value for name, value in RECORD.items() if name != lacking}
        write_report(replace(report, background=replace(report.background, record=record)), tmp_path, pictures=False)
        text = " ".join(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text.split())
        assert ("devicecpu" in text, "bert-ner0.1.0" in text, "encodermini-zh" in text) == (
            lacking != "machine", lacking != "versions", lacking != "settings"
        )  # fmt: skip
        markdown_text = (tmp_path / "report.md").read_text(encoding="utf-8")
        assert ("- settings: " in markdown_text, "- versions: " in markdown_text) == (
            lacking != "settings", lacking != "versions"
        )  # fmt: skip


def test_next_steps_name_their_numbers(report: Report, html: str) -> None:
    text = Page(html).text
    assert f"{len(report.doubtful_gold)} errors of {len(report.errors)} contradict gold with a score of 0.95" in text
    kinds = Counter(error.kind for error in report.errors)
    kind, most = kinds.most_common(1)[0]
    share = f"{most} of {len(report.errors)} ({most / len(report.errors):.0%})"
    assert f"The most frequent kind of error is “{kind}”: {share}" in text
    low, high = report.interval or (0, 0)
    assert f"The 95% interval of F1 is {low:.2f} to {high:.2f}" in text
    assert "bert-ner evaluate takes two models" in text


def _steps(sentences: list[Sentence], predicted: list[list[Entity]], train: list[Sentence] | None = None) -> str:
    types = sorted({entity.label for row in (*predicted, *(s.entities for s in sentences)) for entity in row})
    background = Background(Split("a", sentences), "tool", train=None if train is None else Split("t", train))
    return "\n".join(next_steps(Report(compare(sentences, predicted, types), background)))


def test_the_most_frequent_kind_of_error_names_a_type_that_has_many_of_them() -> None:
    """All are wrong types; of the ten gold types each has a tenth."""
    sentences = [Sentence("王来", (Entity(0, 1, f"T{i}", "王"),)) for i in range(10)]
    steps = _steps(sentences, [[Entity(0, 1, "X", "王")]] * 10)
    assert "The most frequent kind of error is “wrong type”: 10 of 10 (100%). To fix it, " in steps
    sentences = [Sentence("王来", (Entity(0, 1, "T0" if i < 4 else f"T{i}", "王"),)) for i in range(10)]
    steps = _steps(sentences, [[Entity(0, 1, "X", "王")]] * 10)
    assert "The most frequent kind of error is “wrong type”: 10 of 10 (100%), 4 of them in T0. To fix it, " in steps


def test_predictions_of_a_tool_get_no_advice_for_models() -> None:
    sentences = [Sentence("王来", (Entity(0, 1, "PER", "王"),))] * 10
    steps = _steps(sentences, [[]] * 10)
    assert "The 95% interval of F1 is 0.00 to 0.00" in steps
    assert "two models" not in steps


@pytest.mark.parametrize("seen", [0, 9, 10])
def test_what_is_found_of_seen_and_unseen_forms_needs_enough_of_both(seen: int) -> None:
    """What is predicted counts as a group too: one of a seen form is invented."""
    known, other = Entity(0, 1, "PER", "王"), Entity(0, 1, "PER", "李")
    sentences = [Sentence("李来", (other,))] * 10 + [Sentence("王来", (known,))] * seen + [Sentence("王来")]
    steps = _steps(sentences, [[]] * (10 + seen) + [[known]], [Sentence("王来", (known,))])
    assert ("of the entities are found if train contains their surface form" in steps) is (seen == 10)
    assert "nan" not in steps


def test_few_sentences_have_no_interval(tmp_path: Path) -> None:
    def of(count: int) -> Report:
        sentences = [Sentence("王来", (Entity(0, 1, "PER", "王"),), "a.txt", 1)] * count
        return Report(compare(sentences, [[]] * count, ["PER"]), Background(Split("a.txt", sentences), "m"))

    few, enough = of(9), of(10)
    assert few.interval is None
    assert enough.interval == (0, 0)
    write_report(few, tmp_path, pictures=False)
    assert json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))["f1_interval"] is None
    for text in (Page(render_html(few, pictures=False)).text, render_markdown(few)):
        assert "too few sentences for a 95% interval" in text
        assert "There are too few sentences (9) to estimate the uncertainty of F1" in text
        assert "95% interval of F1" not in text
    assert "too few sentences" not in render_html(enough, pictures=False)
    one = of(1)
    assert "There are too few sentences (1)" in " ".join(next_steps(one))


def test_files(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path, pictures=False)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"{table.name}.csv" for table in report.all_tables} | {
        "report.html", "report.md", "scores.json", "predictions.txt", "sentences.csv", "errors.csv",
        "doubtful_gold.csv",
    }  # fmt: skip
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert scores["f1_interval"] == [round(end, 2) for end in report.interval or ()]
    assert scores["data"]["fingerprint"] == report.background.split.fingerprint
    assert scores["training"]["settings"] == RECORD["settings"]
    for table in report.all_tables:
        read = pd.read_csv(tmp_path / f"{table.name}.csv")
        assert len(read) == len(table.frame)
        assert len(scores["tables"][table.name]) == len(table.frame)
    errors = pd.read_csv(tmp_path / "errors.csv")
    assert errors["kind"].tolist() == [error.kind for error in report.errors]


@pytest.mark.slow
def test_a_folder_keeps_nothing_of_a_former_report_but_all_else(report: Report, tmp_path: Path) -> None:
    """A later report with other tables must not stand beside tables of an earlier one."""
    sentence = Sentence("王来", (Entity(0, 1, "PER", "王"),), "a.txt", 1)
    right = Report(
        compare([sentence], [[Entity(0, 1, "PER", "王")]], ["PER"]), Background(Split("a.txt", [sentence]), "m")
    )
    write_report(right, tmp_path / "fresh", pictures=False)
    fresh = {path.name for path in (tmp_path / "fresh").iterdir()}

    folder = tmp_path / "report"
    write_systems(SystemReports({"one": report, "other": report, "third": report}), folder)
    for own in ("mine.csv", "A/mine.txt"):
        (folder / own).write_text("mine", encoding="utf-8")
    write_report(right, folder, pictures=False)
    assert {path.name for path in folder.iterdir()} == {*fresh, "mine.csv", "A"}
    assert [path.name for path in (folder / "A").iterdir()] == ["mine.txt"]

    write_report(report, folder, pictures=False)
    write_report(right, folder, pictures=False)
    assert {path.name for path in folder.iterdir()} == {*fresh, "mine.csv", "A"}

    write_report(report, folder, pictures=False)
    write_systems(SystemReports({"one": right, "other": right}), folder)
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "report.md", "scores.json", "sentences.csv", "differences.csv", "changed.csv",
        "error_kinds.csv", "systems.csv", "systems.md", "systems.tex", "mine.csv", "A", "B",
    }  # fmt: skip
    assert {path.name for path in (folder / "B").iterdir()} == fresh


@pytest.mark.slow
def test_a_folder_without_a_report_loses_nothing(report: Report, tmp_path: Path) -> None:
    """What has the name of a file of ours may be anybody's where no report is."""
    (tmp_path / "A").mkdir()
    for name in ("predictions.txt", "by_seen.csv", "A/report.html", "A/errors.csv"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    write_systems(SystemReports({"one": report, "other": report}), tmp_path)
    for name in ("predictions.txt", "by_seen.csv"):
        assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_the_names_of_all_tables_are_known(report: Report) -> None:
    """Or those of a former report would be left."""
    names = {table.name for table in (*report.all_tables, *SideBySide(report, report).tables)}
    assert {*names, "partial_credit"} == {*TABLES}  # that one needs Python 3.11


def test_markdown_escapes_its_text_too(report: Report) -> None:
    text = render_markdown(report)
    assert text.startswith("# &lt;model&gt;: ")
    assert "<script>" not in text
    assert "<b>" not in text
    assert f"**F1 {report.evaluation.scores.f1:.2f}** (conlleval; 95% interval " in text
    assert "### By type and kind" in text
    for line in text.splitlines():
        if line.startswith("|"):
            columns = len(re.findall(r"(?<!\\)\|", line))
            assert columns > 2


def test_what_there_is_nothing_of_is_left_out() -> None:
    """Predictions without scores, a model without a record, no train, no error."""
    sentence = Sentence("王来", (Entity(0, 1, "PER", "王"),), "a.txt", 1)
    background = Background(Split("a.txt", [sentence]), "tool", no_train="there is no train file in x")
    report = Report(compare([sentence], [[Entity(0, 1, "PER", "王")]], ["PER"]), background)
    assert [*report.tables] == ["Scores", "Weak spots"]
    text = Page(render_html(report, pictures=False)).text
    assert "No table by what was seen in train: there is no train file in x." in text
    assert "No confidence tables and no doubtful gold: the predictions have no scores." in text
    assert "There are no errors: try a more difficult test set." in text
    assert pages.NOT_DRAWN in text
    assert "## Errors" not in render_markdown(report)


@pytest.mark.slow
def test_long_texts_and_entities_are_clipped() -> None:
    text = "长" * 100_000
    sentence = Sentence(text, (Entity(0, 50_000, "X", text[:50_000]), Entity(60_000, 60_002, "X", "长长")), "a.txt", 1)
    predicted = [Entity(0, 40_000, "X", text[:40_000])]
    report = Report(compare([sentence] * 2, [predicted, []], ["X"]), Background(Split("a", [sentence] * 2), "m"))
    assert len(render_html(report, pictures=False)) < 40_000
    assert len(render_markdown(report)) < 10_000
    other = Report(compare([sentence] * 2, [[], []], ["X"]), report.background)
    assert len(pages.render_side_by_side_html(SideBySide(report, other))) < 20_000


def test_no_entities(tmp_path: Path) -> None:
    sentence = Sentence("好", (), "a.txt", 1)
    report = Report(compare([sentence], [[]], ["PER"]), Background(Split("a.txt", [sentence]), "m"))
    write_report(report, tmp_path)
    assert "Gold has no entities" in Page((tmp_path / "report.html").read_text(encoding="utf-8")).text


def test_without_matplotlib_a_line_says_how_to_get_pictures(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "can_draw", lambda: False)
    html = render_html(report)
    assert "<svg" not in html
    assert f"No pictures: matplotlib is not installed. Run {how_to_install('plot')}, then" in Page(html).text


def test_without_nervaluate_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.evaluation.partial_credit.find_spec", lambda name: None)
    sentence = Sentence("王来", (Entity(0, 1, "PER", "王"),), "a.txt", 1)
    report = Report(compare([sentence], [[]], ["PER"]), Background(Split("a.txt", [sentence]), "m"))
    assert "nervaluate is not installed. It needs Python 3.11 or newer." in render_html(report, pictures=False)
    assert "partial_credit" not in {table.name for table in report.all_tables}
