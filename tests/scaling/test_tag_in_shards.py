"""A run in shards: the same bytes as one stream, whatever happens on the way."""

import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.records.output_formats import FormatName, open_writer
from ner.records.text_files import TextFiles
from ner.runs.folder_lock import hold_folder
from ner.scaling import shard_plan
from ner.scaling import tag_in_shards as module
from ner.scaling.shard_folder import ShardFolder
from ner.scaling.shard_plan import Shard
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_task import ShardOutput, ShardTagger, ShardTask, WholeShard
from ner.scaling.tag_in_shards import ShardTotals, tag_in_shards
from ner.tagging.tag_records import Tally, tag_records
from tests.helpers import quick_tagger
from tests.helpers.killed_process import run_killed
from tests.helpers.quick_tagger import NAME, QuickSource, QuickTagger
from tests.helpers.recorded_progress import RecordedProgress

SMALL = ShardSettings(shard_size="1", workers=1)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 40 characters: small files have many shards."""
    for place in (shard_plan, quick_tagger):
        monkeypatch.setattr(place, "CHUNK_CHARACTERS", 40)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    chance = random.Random(7)
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = [*(chance.choice(("", "去", f"{NAME}来", "上海")) * chance.randrange(9) for _ in range(59)), "去"]
    (folder / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "b.jsonl").write_text(
        "".join(
            json.dumps({"text": line, "id": number}, ensure_ascii=False) + "\n" for number, line in enumerate(lines)
        ),
        encoding="utf-8",
    )
    (folder / "c.txt").write_bytes("\r\n".join(lines).encode("gb18030"))
    return folder


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tag in this process: a new one takes a second."""

    def tag(
        task: ShardTask, shards: dict[int, Shard], workers: int, watch: Callable[[int], None]
    ) -> Iterator[WholeShard]:
        tagger = ShardTagger(task)
        for number, shard in shards.items():
            yield tagger.tag(number, shard, watch)

    monkeypatch.setattr(module, "tag_with_processes", tag)


def in_one_stream(output: Path, format_name: FormatName) -> tuple[bytes, Tally]:
    texts = TextFiles(["corpus"])
    columns = texts.survey().columns
    with open_writer(output, format_name, columns, QuickTagger.types) as writer:
        tally = tag_records(QuickTagger(), texts.records(), writer)
    return output.read_bytes(), tally


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*"))


def joined(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in parts(folder))


def run(output: str = "out", settings: ShardSettings = SMALL, **options: object) -> ShardTotals:
    source = QuickSource(**options)  # type: ignore[arg-type]
    return tag_in_shards(TextFiles(["corpus"]), Path(output), source, None, settings)


@pytest.mark.parametrize("format_name", ["jsonl", "csv", "conll"])
@pytest.mark.usefixtures("corpus", "in_process")
def test_shards_in_a_row_are_the_bytes_of_one_stream(format_name: FormatName) -> None:
    whole, tally = in_one_stream(Path(f"one.{format_name}"), format_name)
    totals = tag_in_shards(
        TextFiles(["corpus"]), Path("out"), QuickSource(), ShardOutput(format_name=format_name), SMALL
    )
    assert len(parts(Path("out"))) == totals.shards > 10
    assert joined(Path("out")) == whole
    assert totals.tally.texts == 180
    overruled = (totals.tally.overruled, totals.tally.first_overruled)
    assert overruled == (tally.overruled, tally.first_overruled) > (10, "")


@pytest.mark.usefixtures("corpus", "in_process")
def test_what_is_whole_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    whole = joined(Path("out"))
    names = parts(Path("out"))
    names[3].unlink()  # removed by somebody
    names[5].write_bytes(b"{")  # cut by somebody
    done = Path("out/done.jsonl")
    done.write_bytes(done.read_bytes()[:-9])  # killed while it wrote the last line
    (Path("out") / ".part-00004.jsonl-0123").touch()  # killed while it wrote a shard
    times = {path: path.stat().st_mtime_ns for path in parts(Path("out"))}
    assert run().tagged == 3
    assert joined(Path("out")) == whole
    again = {path for path in parts(Path("out")) if times.get(path) != path.stat().st_mtime_ns}
    assert again == {names[3], names[5], names[-1]}
    assert not [*Path("out").glob(".*")]
    assert run().tagged == 0


@pytest.mark.usefixtures("corpus", "in_process")
def test_another_model_input_or_option_is_refused(tmp_path: Path) -> None:
    run()
    before = joined(Path("out"))
    with pytest.raises(
        InputError, match="made with `model` quick, not slow: give the same, set `restart` to start over"
    ):
        run(name="slow")
    with pytest.raises(InputError, match=r"`model` quick, not slow; `min_score` 0.0, not 0.5; `shard_size` 1, not 2:"):
        tag_in_shards(
            TextFiles(["corpus"]),
            Path("out"),
            QuickSource(name="slow"),
            ShardOutput(min_score=0.5),
            ShardSettings(shard_size="2"),
        )
    file = Path("corpus/a.txt")
    text = file.read_bytes()
    file.write_bytes(text + b"x")
    with pytest.raises(InputError, match=r"the files are not those that the shards in out were made of \(3 files with"):
        run()
    file.write_bytes(text)  # the same again, at another time
    assert run().tagged == 0
    assert joined(Path("out")) == before


@pytest.mark.usefixtures("in_process")
def test_what_is_said(corpus: Path) -> None:
    (corpus / "x.pdf").touch()
    progress = RecordedProgress()
    tag_in_shards(TextFiles(["corpus"]), Path("out"), QuickSource(), None, SMALL, progress)
    assert progress.lines == [
        "note: read as gb18030: corpus/c.txt; `encoding` chooses another",
        "note: left out, as their names are not those of text files: corpus/x.pdf; `include` chooses what is read",
    ]
    parts(Path("out"))[0].unlink()
    progress = RecordedProgress()
    totals = tag_in_shards(TextFiles(["corpus"]), Path("out"), QuickSource(), None, SMALL, progress)
    (line,) = progress.lines
    assert line.startswith(f"out: {totals.shards - 1} of {totals.shards} shards are whole already, ")
    last = json.loads(Path("out/progress.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["shards"], last["whole"], last["seconds_left"]) == (totals.shards, totals.shards, 0)


@pytest.mark.usefixtures("corpus", "in_process")
def test_restart_starts_over() -> None:
    run(settings=ShardSettings(shard_size="1", workers=1))
    many = len(parts(Path("out")))
    totals = run(settings=ShardSettings(shard_size="1KB", workers=1, restart=True), name="other")
    assert totals.tagged == totals.shards == len(parts(Path("out"))) < many


@pytest.mark.usefixtures("in_process")
def test_small_inputs_have_small_shards_and_the_plan_stays(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    default, by_hand = ShardSettings(workers=1), ShardSettings(shard_size="5KB", workers=1)
    few = run(settings=by_hand).shards
    assert run(settings=default).tagged == 0  # the size of the first run counts
    many = run(settings=ShardSettings(workers=1, restart=True)).shards
    assert few < 8 < many <= 17
    Path("out", "part-00001.jsonl").unlink()
    again = run(settings=default)
    assert (again.shards, again.tagged) == (many, 1)
    with pytest.raises(InputError, match="`shard_size` None, not 5000: give the same"):
        run(settings=by_hand)
    monkeypatch.setattr(module, "_LARGEST_SHARD", 100)
    assert run(settings=ShardSettings(workers=1, restart=True)).shards > many


@pytest.mark.usefixtures("corpus", "in_process")
def test_two_runs_in_one_folder() -> None:
    with hold_folder(Path("out")), pytest.raises(InputError, match="another run uses out now"):
        run()
    run()


@pytest.mark.usefixtures("corpus", "in_process")
def test_the_folder_of_somebody_else_is_left_alone() -> None:
    Path("own").mkdir()
    Path("own/notes.txt").write_text("mine", encoding="utf-8")
    for restart in (False, True):
        with pytest.raises(InputError, match=r"own holds other files \(notes.txt\)"):
            run("own", ShardSettings(restart=restart))
    for output, message in (("corpus/out", "is inside corpus"), ("corpus", "is used twice")):
        with pytest.raises(InputError, match=message):
            run(output)
    with pytest.raises(InputError, match="- can be read once"):
        tag_in_shards(TextFiles(["-"]), Path("out"), QuickSource())


@pytest.mark.usefixtures("in_process")
def test_damaged_records_stop_or_are_skipped(corpus: Path) -> None:
    lines = (corpus / "a.txt").read_bytes().split(b"\n")
    (corpus / "a.txt").write_bytes(b"\n".join([*lines[:20], b"a\0b", *lines[20:40], b"\xff\xfe", *lines[40:]]))
    (corpus / "d.jsonl").write_text('{"text": "张伟"}\n{"text": 7}\n{"te\n{"text": "去"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)a.txt:42: is not UTF-8.*d.jsonl:2: expected a text"):
        run()
    assert not Path("out").exists()
    totals = tag_in_shards(TextFiles(["corpus"], skip=True), Path("out"), QuickSource(), None, SMALL)
    errors = [json.loads(line) for line in Path("out/errors.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [error["file"] for error in errors] == ["corpus/a.txt"] * 2 + ["corpus/d.jsonl"] * 2
    assert "a.txt:42: has bytes that are not utf-8" in errors[1]["error"]
    assert totals.skipped == 4
    rows = [json.loads(line) for line in joined(Path("out")).decode().splitlines()]
    read = {(row["file"], row["line"]) for row in rows}
    assert len(read) == len(rows) == totals.tally.texts == 182
    assert ("corpus/a.txt", 62) in read
    assert not read & {("corpus/a.txt", 21), ("corpus/a.txt", 42), ("corpus/d.jsonl", 2), ("corpus/d.jsonl", 3)}


@pytest.mark.usefixtures("in_process")
def test_a_file_whose_package_is_missing_is_not_skipped(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (corpus / "packed.txt.zst").write_bytes(b"anything")
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"packed.txt.zst: \w+ is not installed; pip install .*zstd"):
        tag_in_shards(TextFiles(["corpus"], skip=True), Path("out"), QuickSource(), None, SMALL)
    assert not Path("out").exists()


@pytest.mark.usefixtures("corpus", "in_process")
def test_files_that_change_on_the_way_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ShardFolder.begin

    def begin_and_change(*arguments: object) -> None:
        begin(*arguments)  # type: ignore[arg-type]
        Path("corpus/a.txt").write_text("短", encoding="utf-8")

    monkeypatch.setattr(ShardFolder, "begin", begin_and_change)
    with pytest.raises(InputError, match=r"corpus/a\.txt has changed since the shards were cut: set `restart`"):
        run()


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_killed_at_50_moments_and_then_run_to_the_end(corpus: Path, tmp_path: Path) -> None:
    (corpus / "c.txt").unlink()
    run("undisturbed")
    chance = random.Random(20)
    for _ in range(50):
        run_killed(lambda: run(str(tmp_path / "out")), tmp_path / "out", chance.randint(1, 9))
    run()
    assert joined(Path("out")) == joined(Path("undisturbed"))
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(
        path.name for path in Path("undisturbed").iterdir()
    )


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_killed_at_each_moment(corpus: Path, tmp_path: Path) -> None:
    """Also before the manifest is there, and while records that can't be read are listed."""
    (corpus / "b.jsonl").write_text('{"text": "张伟"}\n{"te\n', encoding="utf-8")
    (corpus / "c.txt").unlink()
    (corpus / "a.txt").write_text("去上海\n" * 20, encoding="utf-8")

    def run() -> object:
        return tag_in_shards(TextFiles(["corpus"], skip=True), tmp_path / "out", QuickSource(), None, SMALL)

    run()
    whole = joined(tmp_path / "out"), (tmp_path / "out" / "errors.jsonl").read_bytes()
    shutil.rmtree(tmp_path / "out")
    changes = run_killed(run, tmp_path / "out", 0)
    assert changes > 10
    for change in range(1, changes + 1):
        shutil.rmtree(tmp_path / "out")
        run_killed(run, tmp_path / "out", change)
        run()
        assert (joined(tmp_path / "out"), (tmp_path / "out" / "errors.jsonl").read_bytes()) == whole, change
