"""`bert-ner client`: the options and outputs of `tag`, with a service in place of a model."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ner.client import connection
from ner.commands.app import app
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.serving.api_keys import ApiKeys
from ner.serving.app import make_app
from ner.serving.served_lexicon import pack
from tests.helpers.asgi_transport import transport_of
from tests.serving.conftest import stub_service

Run = Callable[..., Result]
KEY = "a-secret-key"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `client` on a service in this process that wants a key."""
    keys = tmp_path / "keys.txt"
    keys.write_text(f"# keys\n{KEY}\n", encoding="utf-8")
    service = stub_service(max_texts=3)
    service.lexicons.named["verbs"] = pack(Lexicon([Entry("住在", "VERB")]))
    transport = transport_of(make_app(service, ApiKeys(keys)))
    client_class = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: client_class(**{**more, "transport": transport}))
    monkeypatch.setenv("BERT_NER_API_KEY", KEY)
    monkeypatch.setattr(connection, "_FIRST_PAUSE", 0.01)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["client", *map(str, arguments)])

    return run


def test_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("林晓东住在杭州。\n\n" + "上海\n" * 9, encoding="utf-8")
    output = tmp_path / "out.jsonl"
    done = run("tag", tmp_path / "a.txt", "--output", output, "--nbest", 1)
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["line"] for row in rows] == [*range(1, 12)]
    assert [entity["text"] for entity in rows[0]["entities"]] == ["林晓东", "杭州"]
    assert rows[1]["entities"] == []
    assert rows[2]["alternatives"][0]["probability"] == 0.8


def test_formats_and_scores(run: Run) -> None:
    rows = run("tag", "--text", "王小明去上海", "--format", "csv").stdout.splitlines()
    assert rows[1:] == [",1,0,3,PER,王小明,0.9000", ",1,4,6,LOC,上海,0.9000"]
    assert "<mark" in run("tag", "--text", "王小明", "--format", "html").stdout
    assert json.loads(run("tag", "--text", "王小明", "--min-score", 0.95).stdout)["entities"] == []


@pytest.mark.parametrize("text", [f"{KEY}\n", f"# comment\n\n{KEY}\nanother-key\n"])
def test_a_key_in_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.delenv("BERT_NER_API_KEY")
    path = tmp_path / "key.txt"
    path.write_text(text, encoding="utf-8")
    assert run("--api-key-file", path, "tag", "--text", "a").exit_code == 0


def test_vectors_of_texts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("林晓东住在杭州。\n\n" + "上海\n" * 9, encoding="utf-8")
    output = tmp_path / "out.npy"
    done = run("embed", tmp_path / "a.txt", "--output", output)
    assert (done.exit_code, done.stdout) == (0, f"{output}: 11 vectors of 2 numbers\n"), done.output
    assert np.load(output).tolist() == [[8.0, 0.5], [0.0, 0.5], *[[2.0, 0.5]] * 9]


def test_vectors_of_characters_and_entities(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("林晓东住在杭州。\n\n上海\n", encoding="utf-8")
    (tmp_path / "a.conll").write_text("上 B-LOC\n海 I-LOC\n的 O\n水 B-X\n", encoding="utf-8")

    def rows(*line: object) -> list[tuple[int, str, object]]:
        output = tmp_path / "out.jsonl"
        assert run("embed", *line, "--output", output).exit_code == 0
        found = map(json.loads, output.read_text(encoding="utf-8").splitlines())
        return [(row["line"], row["text"], row.get("label")) for row in found]

    texts = tmp_path / "a.txt"
    assert [text for _, text, _ in rows(texts, "--pooling", "none")] == [*"林晓东住在杭州。上海"]
    assert rows(texts, "--entities") == [(1, "林晓东", "PER"), (1, "杭州", "LOC"), (3, "上海", "LOC")]
    annotated = rows(tmp_path / "a.conll", "--from", "conll", "--entities", "--pooling", "max")
    assert [row[1:] for row in annotated] == [("上海", "LOC"), ("水", "X")]


def test_a_list_of_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("住在\n", encoding="utf-8")
    line = ("tag", "--text", "林晓东住在杭州。", "--dictionary", f"{tmp_path / 'list.txt'}=VERB", "--explain")
    rows = run(*line, "--format", "csv").stdout.splitlines()
    assert rows[0].endswith("score,source,id,model_score")
    assert [row.split(",")[5:] for row in rows[1:]] == [
        ["林晓东", "0.9000", "model", "", "0.1000"],
        ["住在", "0.9000", "dictionary", "", "0.1000"],
        ["杭州", "0.9000", "model", "", "0.1000"],
    ]
    assert [json.loads(run(*line, "--types", "VERB").stdout)["entities"][0]["text"]] == ["住在"]


def test_a_list_of_the_service(run: Run) -> None:
    line = ("tag", "--text", "林晓东住在杭州。", "--lexicon", "verbs")
    found = json.loads(run(*line, "--types", "VERB").stdout)["entities"]
    assert [(entity["text"], entity["source"]) for entity in found] == [("住在", "dictionary")]
    assert run(*line, "--types", "NAME").stderr.endswith("to name some of LOC, ORG, PER, VERB\n")
    for name, reason in (("x", "there is no such lexicon"), ("a b/c", "lexicon: ")):
        for more in ((), ("--types", "PER")):
            assert reason in run("tag", "--text", "a", "--lexicon", name, *more).stderr


def refused(done: Result) -> str:
    assert done.exit_code == 2, done.output
    return done.stderr.removeprefix("bert-ner: ").rstrip("\n")


def test_messages_name_the_options(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(run("tag", "--text", "a", "--model", "x")) == "there is no such --model: expected one of stub"
    assert refused(run("--url", "nowhere", "tag", "--text", "a")).startswith("expected --url to be an address")
    assert refused(run("embed", "nothing.txt", "-o", "a.npy")) == "nothing.txt: no such file or folder"
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    assert refused(run("embed", empty, "-o", "a.txt")).startswith("a.txt: expected --output to end in")
    assert "there is no such model" in refused(run("embed", empty, "-o", "a.npy", "--model", "x"))
    assert "leave out --entities" in refused(run("embed", empty, "-o", "a.npy", "--entities", "--pooling", "cls"))
    assert refused(run("tag", "nothing.txt")) == "nothing.txt: no such file or folder"
    assert refused(run("tag")).startswith("expected text files")
    assert refused(run("tag", "--text", "a", "--output", "x")).startswith("x: expected --output to end in ")
    assert refused(run("tag", "--nothing")).endswith("(bert-ner client tag --help shows all)")
    empty.write_text("# no key\n", encoding="utf-8")
    assert refused(run("--api-key-file", empty, "tag", "--text", "a")).startswith(f"{empty}: expected an API key")
    monkeypatch.delenv("BERT_NER_API_KEY")
    message = "http://127.0.0.1:8000 needs an API key: --api-key-file is missing or wrong"
    assert refused(run("tag", "--text", "a")) == message


def test_a_service_that_is_not_there(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    line = ["client", "--url", "http://127.0.0.1:1", "--retries", "0", "tag", "--text", "a", "--output", str(output)]
    assert refused(CliRunner().invoke(app, line)).startswith("http://127.0.0.1:1 can't be reached")
    assert not output.exists()
