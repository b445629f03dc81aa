"""Spoiled files of every format: read, checked, converted, merged and tagged."""

import gzip
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import strategies as st

from ner.checking.check_corpus import check_corpus
from ner.data.corpus import examine_file, read_file
from ner.data.formats.registry import FORMATS
from ner.data.read_options import ReadOptions
from ner.data.rewriting import convert_files
from ner.data.write_options import WriteOptions
from ner.evaluation.predictions_file import read_predictions
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions
from tests.helpers.bounded_calls import bounded, run_here
from tests.helpers.mutations import ODD_VALUES, deep_json, json_paths, replaced, spoiled, spoiled_bytes
from tests.helpers.net import Net
from tests.helpers.outcome import changes, snapshot
from tests.helpers.word_files import write_word
from tests.robustness.conftest import Lab

PLAIN = [name for name in FORMATS if name not in ("brat", "parquet", "docbin")]
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "gb18030", "utf-16"])
ODD_ENCODINGS = [
    "ascii", "utf-8-sig", "utf-7", "utf-16", "utf-32", "idna", "punycode", "undefined", "rot13", "base64", "zip", "hex",
    "no-such", "", " ", "a\0b", "\ud800", "unicode_escape", "raw_unicode_escape", "mbcs", "x" * 10_000, "../utf-8",
]  # fmt: skip


def _tried(path: Path, options: dict[str, Any], target: str, work: Path, encoder: Path) -> list[str]:
    """Read and check a file, and convert it into another format."""

    def read() -> None:
        read_file(path, ReadOptions(**options))

    def convert() -> None:
        convert_files(path, work / "target", ReadOptions(**options), WriteOptions(format=target))

    before = snapshot(work)
    wrong = []
    for step in (read, lambda: examine_file(path, ReadOptions(**options)), convert):
        _, found = bounded(step)
        if found:
            wrong = found
            break
    else:
        _, wrong = bounded(lambda: check_corpus(path, encoder=str(encoder), options=ReadOptions(**options)))
    wrong = wrong + changes(before, snapshot(work), ["target"])
    made = work / "target"
    shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
    return wrong


@pytest.mark.parametrize("name", PLAIN)
def test_spoiled_files(name: str, lab: Lab, net: Net, work: Path) -> None:
    suffix = FORMATS[name].suffix
    good = (lab.folder / f"data-{name}{suffix}").read_bytes()
    path = work / f"data{suffix}"

    @net.hypothesis(
        150,
        content=spoiled(good),
        named=st.booleans(),
        target=st.sampled_from(list(FORMATS)),
        encoding=ENCODINGS,
        column=st.sampled_from([None, None, None, 1, -1, 0, 2, 10**9, -(10**9)]),
    )
    def _try(content: bytes, named: bool, target: str, encoding: str, column: int | None) -> None:
        path.write_bytes(content)
        options = {"format": name if named else None, "encoding": encoding, "token_column": column}
        net.judge(
            f"{name}: {options}, to {target}, {content[:300]!r}",
            _tried(path, options, target, work, lab.folder / "encoder"),
            content,
        )


@pytest.mark.parametrize("encoding", ODD_ENCODINGS, ids=range(len(ODD_ENCODINGS)))
def test_odd_encodings(encoding: str, lab: Lab, net: Net, work: Path) -> None:
    for name in net.sample(list(FORMATS), 14):
        path = lab.folder / f"data-{name}{FORMATS[name].suffix}"
        for format_ in (name, None):
            options = {"format": format_, "encoding": encoding}
            net.judge(f"{name}: {options}", _tried(path, options, "jsonl", work, lab.folder / "encoder"))
    for name in ("text.txt", "records.jsonl", "records.csv", "predictions.txt"):
        path = lab.folder / name
        net.judge(f"{name} in {encoding!r}", bounded(lambda path=path: _read_records(path, encoding, "text", None))[1])
    net.judge(f"predictions in {encoding!r}", bounded(lambda: read_predictions(path, encoding))[1])


def _read_records(path: Path, encoding: str | None, column: str | None, format_: str | None) -> None:
    TextFiles([str(path)], TextOptions(encoding=encoding, text_column=column, format=format_)).survey()


def test_spoiled_brat(lab: Lab, net: Net, work: Path) -> None:
    source = lab.folder / "data-brat"
    notes = next(source.glob("*.ann"))
    text = notes.with_suffix(".txt")

    @net.hypothesis(150, spoilt=st.booleans(), content=st.data(), target=st.sampled_from(list(FORMATS)))
    def _try(spoilt: bool, content: st.DataObject, target: str) -> None:
        folder = work / "brat"
        shutil.copytree(source, folder, dirs_exist_ok=True)
        changed = notes if spoilt else text
        drawn = content.draw(spoiled(changed.read_bytes()))
        (folder / changed.name).write_bytes(drawn)
        net.judge(
            f"brat {changed.suffix}, to {target}: {drawn[:300]!r}",
            _tried(folder, {"format": "brat"}, target, work, lab.folder / "encoder"),
            drawn,
        )


def test_spoiled_docbin(lab: Lab, net: Net, work: Path) -> None:
    good = (lab.folder / "data-docbin.spacy").read_bytes()
    path = work / "data.spacy"
    packed = st.one_of(spoiled_bytes(good), spoiled_bytes(zlib.decompress(good)).map(zlib.compress))

    @net.hypothesis(80, content=packed)
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        net.judge(f"docbin: {content[:100]!r}", _tried(path, {}, "jsonl", work, lab.folder / "encoder"), content)


def _parquet_with(metadata: bytes, table: Any, path: Path) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(table.replace_schema_metadata({b"huggingface": metadata}), path)


def test_spoiled_parquet(lab: Lab, net: Net, work: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    good = lab.folder / "data-parquet.parquet"
    path = work / "data.parquet"

    @net.hypothesis(80, content=spoiled_bytes(good.read_bytes()))
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        net.judge(f"parquet: {len(content)} bytes", _tried(path, {}, "jsonl", work, lab.folder / "encoder"), content)

    table = pyarrow.table({"tokens": [["王", "来"]], "ner_tags": [[1, 0]]})
    feature = {
        "info": {
            "features": {"ner_tags": {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}}
        }
    }
    cases = [json.dumps(replaced(feature, place, odd)) for place in json_paths(feature) for odd in ODD_VALUES]
    cases += [deep_json(feature, place) for place in json_paths(feature)]
    cases += ["", "\xff", "{", "[" * 10]
    for metadata in net.sample(cases, 100):
        _parquet_with(metadata.encode("utf-8", "surrogatepass"), table, path)
        net.judge(
            f"parquet metadata {metadata[:200]}",
            _tried(path, {}, "jsonl", work, lab.folder / "encoder"),
            path.read_bytes(),
        )
    columns: list[Any] = [
        None,
        [],
        [None],
        ["x"],
        [5],
        [["a"]],
        [[None]],
        [[5]],
        [["B-PER", None]],
        [{"a": 1}],
        [b"\xff"],
        [1.5],
    ]
    for tokens in columns:
        for tags in columns:
            try:
                made = pyarrow.table({"tokens": tokens or [], "ner_tags": tags or []})
            except Exception:  # columns of two lengths, or of no kind: nobody can write that
                continue
            pyarrow.parquet.write_table(made, path)
            net.judge(
                f"parquet of {tokens}, {tags}",
                _tried(path, {}, "jsonl", work, lab.folder / "encoder"),
                path.read_bytes(),
            )


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.txt.gz", "a.zip"])
def test_spoiled_packed_texts(name: str, net: Net, work: Path) -> None:
    path = work / name
    parts = make_packed(path)
    good = path.read_bytes()

    @net.hypothesis(150, content=spoiled(good))
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        _, wrong = bounded(lambda: _read_records(path, None, "text", None))
        net.judge(f"{name}: {content[:300]!r}", wrong, content)

    if not parts:
        return

    @net.hypothesis(150, spoiled_part=st.sampled_from(sorted(parts)).flatmap(lambda name: _spoiled_part(name, parts)))
    def _try_parts(spoiled_part: tuple[str, bytes]) -> None:
        part, content = spoiled_part
        with zipfile.ZipFile(path, "w") as archive:
            for other, held in {**parts, part: content}.items():
                archive.writestr(other, held)
        _, wrong = bounded(lambda: _read_records(path, None, "text", None))
        net.judge(f"{part} of {name}: {content[:300]!r}", wrong, content)


def _spoiled_part(name: str, parts: dict[str, bytes]) -> st.SearchStrategy[tuple[str, bytes]]:
    return st.tuples(st.just(name), spoiled(parts[name]))


def make_packed(path: Path) -> dict[str, bytes]:
    """Write a file of its kind, and give its parts, if it is a zip archive."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress("王小明\n".encode() * 100))
        return {}
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (["text", "id"], *(["王小明去上海。", number] for number in range(20))):
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".docx":
        write_word(path, "<w:p><w:r><w:t>王小明</w:t><w:tab/></w:r></w:p>" * 20)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/王.txt", "王小明\n" * 100)
            archive.writestr("b.csv", "text,id\n王,1\n")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "name", ["text.txt", "records.jsonl", "records.csv", "data-conll.conll", "data-label-studio.json"]
)
def test_spoiled_texts(name: str, lab: Lab, net: Net, work: Path) -> None:
    good = (lab.folder / name).read_bytes()
    path = work / name

    @net.hypothesis(
        150,
        content=spoiled(good),
        encoding=ENCODINGS,
        column=st.sampled_from([None, None, "text", "id", "none", ""]),
        format_=st.sampled_from([None, None, *FORMATS]),
    )
    def _try(content: bytes, encoding: str, column: str | None, format_: str | None) -> None:
        path.write_bytes(content)

        _, wrong = bounded(lambda: _read_records(path, encoding, column, format_))
        net.judge(f"{name}: {encoding}, column {column}, from {format_}, {content[:300]!r}", wrong, content)


def test_spoiled_predictions(lab: Lab, net: Net, work: Path) -> None:
    path = work / "predictions.txt"

    @net.hypothesis(150, content=spoiled((lab.folder / "predictions.txt").read_bytes()), encoding=ENCODINGS)
    def _try(content: bytes, encoding: str) -> None:
        path.write_bytes(content)
        net.judge(
            f"predictions: {encoding}, {content[:300]!r}", bounded(lambda: read_predictions(path, encoding))[1], content
        )


def _merge(lab: Lab, path: Path) -> list[object]:
    return ["merge", lab.folder / "data-conll.conll", "--types", path, "--output", path.with_name("made.conll")]


COMMANDS: dict[str, tuple[str, Callable[[Lab, Path], list[object]]]] = {
    "check": ("data-jsonl.jsonl", lambda lab, path: ["check", path, "--report", path.with_name("made")]),
    "check --fix": ("data-conll.conll", lambda lab, path: ["check", path, "--fix", path.with_name("made")]),
    "check --json": ("data-label-studio.json", lambda lab, path: ["check", path, "--json"]),
    "convert": (
        "data-xml.xml",
        lambda lab, path: ["convert", path, path.with_name("made"), "--losses", path.with_name("made.losses")],
    ),
    "split": (
        "data-conll.conll",
        lambda lab, path: ["split", path, "--output", path.with_name("made"), "--dev", "0.3", "--test", "0.3"],
    ),
    "merge": (
        "data-csv.csv",
        lambda lab, path: ["merge", path, lab.folder / "data-jsonl.jsonl", "--output", path.with_name("made.jsonl")],
    ),
    "merge --types": ("types.csv", _merge),
    "score": ("predictions.txt", lambda lab, path: ["score", path, "--report", path.with_name("made")]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_on_spoiled_files(name: str, lab: Lab, net: Net, work: Path) -> None:
    source, line = COMMANDS[name]
    good = (lab.folder / source).read_bytes()
    path = work / f"given{Path(source).suffix}"

    @net.hypothesis(40, content=spoiled(good))
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        before = snapshot(work)
        outcome, wrong = run_here(line(lab, path))
        after = snapshot(work)
        made = [one for one in after if one.startswith("made")]
        wrong += changes(before, after, made)
        if outcome.status == 2 and made and name not in ("check", "check --fix"):
            wrong.append(f"{made[0]} was made though the status is 2")
        for one in work.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        net.judge(f"{name}: {content[:300]!r}", wrong, content)


TAG_LINES = {
    "tag": ("text.txt", ["tag"]),
    "tag jsonl": ("records.jsonl", ["tag", "--nbest", "2"]),
    "tag csv": ("records.csv", ["tag", "--text-column", "text", "--format", "csv"]),
    "tag --from": ("data-label-studio.json", ["tag", "--from", "label-studio", "--format", "conll"]),
    "tag html": ("data-conll.conll", ["tag", "--from", "conll", "--format", "html"]),
    "tag people-daily": ("data-people-daily.txt", ["tag", "--from", "people-daily"]),
    "embed": ("text.txt", ["embed", "--output", "made.npy"]),
    "evaluate": ("data-conll.conll", ["evaluate", "--report", "made"]),
}


@pytest.mark.parametrize("name", TAG_LINES)
def test_models_on_spoiled_files(name: str, lab: Lab, net: Net, work: Path) -> None:
    source, line = TAG_LINES[name]
    good = (lab.folder / source).read_bytes()
    path = work / f"given{Path(source).suffix}"
    model = ["--encoder", lab.folder / "encoder"] if line[0] == "embed" else ["--model", lab.folder / "model"]

    @net.hypothesis(12, content=spoiled(good))
    def _try(content: bytes) -> None:
        path.write_bytes(content)
        given = ["--data", path] if line[0] == "evaluate" else [path]
        _, wrong = lab.run(*line, *model, *given, work=work)
        for one in work.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        net.judge(f"{name}: {content[:300]!r}", wrong, content)
