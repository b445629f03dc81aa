"""Tagging a corpus in shards: planning, resuming, and handing shards to processes."""

import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ner.errors import InputError, InterruptedRun
from ner.files import NO_ROOM
from ner.output_paths import check_unused
from ner.records.remote_files import is_url
from ner.records.source_files import reads_once, stored_name
from ner.records.text_files import TextFiles
from ner.runs.progress import Progress, choose_progress
from ner.scaling.input_files import look_at_files, read_files
from ner.scaling.local_workers import tag_with_processes
from ner.scaling.shard_folder import Manifest, ShardFolder
from ner.scaling.shard_plan import Shard, plan_shards
from ner.scaling.shard_progress import ShardProgress
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_store import open_store
from ner.scaling.shard_task import ShardOutput, ShardTask, WholeShard
from ner.scaling.tagger_source import TaggerSource
from ner.tagging.tag_records import Tally

Engine = Callable[
    [ShardTask, Mapping[int, Shard], int | None, Callable[[int], None]], Generator[WholeShard, None, None]
]
"""Tags shards: see `ner.scaling.local_workers.tag_with_processes`."""

_LARGEST_SHARD, _LEAST_SHARDS = 10**6, 16  # where no size is given, so that a stopped run loses little
_GO_ON = "run the same command again to go on"


@dataclass
class ShardTotals:
    """What a finished run has found, with what it had found before it was interrupted.

    >>> totals = tag_in_shards("corpus", "out")  # doctest: +SKIP
    >>> print(totals.tally)  # doctest: +SKIP

    Args:
        shards: the number of shards.
        tagged: how many of them were tagged in this call.
        skipped: the number of records that can't be read; `errors.jsonl` has them.
        tally: the texts and entities of all shards.
    """

    shards: int
    tagged: int
    skipped: int
    tally: Tally = field(default_factory=Tally)


def tag_in_shards(
    texts: TextFiles | str | Path | Iterable[str | Path],
    output: Path | str,
    source: TaggerSource | str | Path | None = None,
    form: ShardOutput | None = None,
    settings: ShardSettings | None = None,
    progress: Progress | None = None,
) -> ShardTotals:
    """Tag files into a folder of shards. What is whole is kept, so that an interrupted call can be made again.

    >>> if __name__ == "__main__":  # in a file: its processes import it again
    ...     totals = tag_in_shards("corpus", "out", "model", settings=ShardSettings(workers=8))  # doctest: +SKIP

    Args:
        texts: files, folders, archives, patterns and URLs, or `ner.records.text_files.TextFiles` of them with options.
        output: the folder: a path or a URL.
        source: the model folder, or `ner.scaling.tagger_source.TaggerSource` with lists and rules; None for the
            built-in tagger.
        form: what is written of each text.
        settings: the size of shards, and the processes. The folders of shards, files and model are to be at the same
            paths on all machines of a cluster.
        progress: shows the progress; None for a bar in a notebook, and the log elsewhere.

    Raises:
        InputError: a file or the model can't be read, or the folder has a run with another model, input or option.
        InterruptedRun: somebody pressed Ctrl-C. Shards that are whole stay.
        OSError: a file can't be read or written. Shards that are whole stay.
    """
    form, settings = form or ShardOutput(), settings or ShardSettings()
    if not isinstance(source, TaggerSource):
        source = TaggerSource(Path(source) if source else None)
    if not isinstance(texts, TextFiles):
        given = [texts] if isinstance(texts, (str, Path)) else texts
        texts = TextFiles(map(str, given), skip=settings.on_error == "skip")
    progress = choose_progress(progress)
    listed = bool(source.lists or source.rules)
    if form.explain and not listed:
        raise InputError("`explain` compares with what a list or rules change: give one")
    form = replace(form, listed=listed)
    _check_paths(texts, output, source)
    made_of = {
        **source.describe(),
        **asdict(texts.options),
        **asdict(form),
        "shard_size": settings.shard_bytes,
        "on_error": "skip" if texts.skip else "stop",
    }
    folder = ShardFolder(open_store(output))
    with folder.store.hold():
        has_run = folder.look()
        if settings.restart:
            folder.clear()
            has_run = False
        manifest = _resume(folder, made_of, texts) if has_run else _begin(folder, made_of, texts, settings, progress)
        return _tag_rest(folder, manifest, texts, source, form, settings, progress)


def _check_paths(texts: TextFiles, output: Path | str, source: TaggerSource) -> None:
    if once := [*filter(reads_once, texts.names)]:
        raise InputError(f"{once[0]} can be read once, and shards may be read again: save it in a file first")
    if is_url(output):
        if inside := [given for given in texts.given if f"{output}/".startswith(f"{given.rstrip('/')}/")]:
            raise InputError(f"{output} is inside {inside[0]}, whose files are read: choose another `output`")
        return
    output = Path(output)
    uses = [*map(Path, texts.given), source.folder, *(path for path, _ in source.lists), *map(Path, source.rules)]
    check_unused(output, "output", uses)
    for given in map(Path, texts.given):
        if given.is_dir() and given.resolve() in output.resolve().parents:
            raise InputError(f"{output} is inside {given}, whose files are read: choose another `output`")


def _begin(
    folder: ShardFolder, made_of: dict[str, Any], texts: TextFiles, settings: ShardSettings, progress: Progress
) -> Manifest:
    """Cut the files into shards, and write the manifest."""
    state = look_at_files(texts.names)
    progress.start("reading files", len(texts.names))
    count = iter(range(len(texts.names)))
    try:
        size = settings.shard_bytes or min(_LARGEST_SHARD, state.bytes // _LEAST_SHARDS)
        plan = plan_shards(texts, size, lambda name: progress.advance(next(count), name))
    finally:
        progress.finish()
    for line in plan.survey.notes(texts.left_out, chosen=bool(texts.options.include)):
        progress.note(line)
    content, shards = _with_offsets(texts, plan.shards)
    manifest = Manifest(
        made_of=made_of,
        input=asdict(replace(state, content=content)),
        columns=plan.survey.columns,
        encodings=plan.survey.encodings,
        texts=plan.survey.texts,
        missing=plan.survey.missing,
        skipped=len(plan.faults),
        shards=[[*shard.start, shard.texts, shard.characters] for shard in shards],
    )
    folder.begin(manifest, [(texts.names[file], fault) for file, fault in plan.faults])
    return manifest


def _with_offsets(texts: TextFiles, shards: Iterable[Shard]) -> tuple[str, list[Shard]]:
    """The digest of the files, and the shards with the byte where they begin, in files that can be read from there."""
    lines: dict[str, list[int]] = {}
    cut = []
    for shard in shards:
        name = texts.names[shard.start.file]
        cut.append(bool(shard.start.record) and texts.has_lines(name) and texts.can_skip_to(name))
        if cut[-1]:
            lines.setdefault(stored_name(name), []).append(shard.start.line)
    content, starts = read_files(texts.names, lines)
    return content, [
        shard._replace(
            start=shard.start._replace(offset=starts[stored_name(texts.names[shard.start.file])][shard.start.line])
        )
        if is_cut
        else shard
        for shard, is_cut in zip(shards, cut, strict=True)
    ]


def _resume(folder: ShardFolder, made_of: dict[str, Any], texts: TextFiles) -> Manifest:
    """Read the manifest of an earlier call, and make sure that this one does the same."""
    manifest = folder.read()
    before = manifest.made_of
    wrong = [
        f"`{name}` {before.get(name)}, not {value}"
        for name, value in made_of.items()
        if before.get(name) != value and (name, value) != ("shard_size", None)  # any size does if none is given
    ]
    if wrong:
        raise InputError(
            f"the shards in {folder.store} were made with {'; '.join(wrong)}: give the same, set `restart` to "
            "start over, or choose another `output`"
        )
    state = look_at_files(texts.names)
    if state.seen != manifest.input["seen"] and read_files(texts.names, {})[0] != manifest.input["content"]:
        raise InputError(
            f"the files are not those that the shards in {folder.store} were made of ({manifest.input['files']:,} "
            f"files with {manifest.input['bytes']:,} bytes then, {state.files:,} with {state.bytes:,} now): set "
            "`restart` to start over, or choose another `output`"
        )
    texts.know_encodings(manifest.encodings)
    return manifest


def _tag_rest(
    folder: ShardFolder,
    manifest: Manifest,
    texts: TextFiles,
    source: TaggerSource,
    form: ShardOutput,
    settings: ShardSettings,
    progress: Progress,
) -> ShardTotals:
    """Tag the shards that are not whole."""
    count, whole = len(manifest.shards), folder.whole(manifest)
    folder.tidy(whole.values())
    left = manifest.plan(whole)
    characters = sum(shard.characters for shard in left.values())
    if whole:
        done = f"{len(whole):,} of {count:,} shards are whole already"
        progress.note(f"{folder.store}: {done}{f', {characters:,} characters are left' if left else ''}")
    totals = ShardTotals(count, len(left), manifest.skipped)
    if left:
        threads = source.engine.threads or 1
        each = replace(source, engine=replace(source.engine, threads=threads))
        load = functools.partial(each.load, manifest.characters)
        task = ShardTask(load, texts, folder.store, form, manifest.columns, count, threads)
        with (
            _said_how_to_go_on(folder, count, whole),
            ShardProgress(progress, folder.log, characters, count, len(whole)) as counted,
            closing(_engine(settings)(task, left, settings.workers, counted.advance)) as results,
        ):
            for result in results:
                folder.add(result)
                whole[result.number] = result
                counted.count_shard()
    for _, shard in sorted(whole.items()):
        totals.tally.texts += shard.texts
        totals.tally.types.update(shard.entities)
        totals.tally.overruled += shard.overruled
        totals.tally.first_overruled = totals.tally.first_overruled or shard.first_overruled
    return totals


def _engine(settings: ShardSettings) -> Engine:
    """What hands shards to processes. Ray and Spark are imported when they are asked for."""
    if settings.engine == "ray":
        from ner.scaling.ray_engine import tag_with_ray

        return tag_with_ray
    if settings.engine == "spark":
        from ner.scaling.spark_engine import tag_with_spark

        return tag_with_spark
    return tag_with_processes


@contextmanager
def _said_how_to_go_on(folder: ShardFolder, count: int, whole: dict[int, Any]) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise InterruptedRun(f"stopped: {len(whole):,} of {count:,} shards are whole; {_GO_ON}") from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        mend = "free some space, and " if error.errno in NO_ROOM else ""
        raise OSError(
            f"{place}{error.strerror or error}; {len(whole):,} of {count:,} shards are whole; {mend}{_GO_ON}"
        ) from error
    finally:
        folder.note()
        folder.remove_leftovers()
