"""A tagger that reads words beside characters, from training to export; and that others are as they were."""

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ner import InputError, Tagger
from ner.characters.padding import pad_batch, pad_word_ids
from ner.characters.windows import sliding_windows
from ner.comparing.grid import grid, parse_vary
from ner.comparing.run_grid import run_grid
from ner.data.corpus import Corpus
from ner.embedding.embedder import Embedder
from ner.errors import InterruptedRun
from ner.exporting.export import export_tagger
from ner.exporting.write_graph import write_graph
from ner.model.model_folder import load_model
from ner.model.network import leave_out_words
from ner.model.recurrent import run_both_ways
from ner.serving.engine_process import Models, Start
from ner.tagging.model_info import model_info
from ner.training.epoch_progress import EpochProgress
from ner.training.starting_network import build_model
from ner.training.train import train
from ner.training.training_settings import TrainingSettings
from tests.conftest import SENTENCES
from tests.helpers.padded_tensors import padded_tensors
from tests.helpers.recorded_progress import RecordedProgress

Change = Callable[..., TrainingSettings]
TEXTS = [*(text for text, _ in SENTENCES), "", "我", "王小明\ud83d 😀\r\n\u3000在北京", "王小明在北京大学看书。" * 20]
OLD = Path(__file__).parent / "models_of_0_1"


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dictionary") / "mine.txt"
    path.write_text("大学看书 SCHOOL\n小明在 5000\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(
    corpus: Corpus, settings: TrainingSettings, dictionary: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tagger with words that has learned the tiny corpus by heart."""
    folder = tmp_path_factory.mktemp("words") / "tagger"
    progress = RecordedProgress()
    run = train(
        corpus,
        replace(settings, words="jieba", words_dictionary=str(dictionary), epochs=15, batch_size=2),
        folder,
        progress=progress,
    )
    assert run.evaluations["test"].scores.f1 > 95
    line = next(line for line in progress.lines if line.startswith("words "))
    assert line.endswith("57 parts of speech, 2 words of the user dictionary")
    return folder


@pytest.fixture(scope="module")
def tagger(folder: Path) -> Tagger:
    return Tagger.load(folder, "fp32")


def plain(found: list[Any]) -> list[list[Any]]:
    return [[replace(entity, score=None) for entity in entities] for entities in found]


def copy_with(folder: Path, to: Path, **changes: Any) -> Path:
    shutil.copytree(folder, to)
    content = json.loads((to / "config.json").read_text(encoding="utf-8"))
    (to / "config.json").write_text(json.dumps({**content, **changes}), encoding="utf-8")
    return to


@pytest.mark.slow
def test_the_folder_has_the_dictionary_and_what_cut_the_words(folder: Path, dictionary: Path) -> None:
    info = model_info(folder)
    stored = info["config"]["segmenter"]
    assert (stored["name"], stored["package"], stored["parts"][-1], stored["size"]) == ("jieba", "rjieba", "SCHOOL", 32)
    assert info["config"]["format_version"] == 2
    assert info["record"]["words"] == {name: stored[name] for name in ("package", "version", "dictionary")}
    assert (folder / "words.txt").read_text(encoding="utf-8") == dictionary.read_text(encoding="utf-8")


def test_windows_have_the_words_of_the_whole_text(tagger: Tagger) -> None:
    text = "王小明在北京大学看书。张伟去上海。" * 12
    (emissions,) = tagger.emissions([text])
    words, ids = tagger.engine.words, tagger.table.encode(text)
    assert words is not None
    word_ids = words.encode(text)
    for window in sliding_windows(len(text), 64, 16):
        batch = (
            *pad_batch([ids[window.start : window.end]], tagger.table),
            pad_word_ids([word_ids[window.start : window.end]]),
        )
        kept = tagger.engine.emissions(*batch)[0, window.keep_start - window.start : window.keep_end - window.start]
        assert emissions[window.keep_start : window.keep_end] == pytest.approx(kept, abs=1e-4)


def test_words_change_what_is_computed_and_neighbours_do_not(tagger: Tagger) -> None:
    text = "王小明在北京大学看书。"
    alone = tagger.emissions([text])[0]
    together = tagger.emissions(TEXTS)[0]
    assert together == pytest.approx(alone, abs=1e-4)
    inputs = pad_batch([tagger.table.encode(text)], tagger.table)
    without = tagger.engine.emissions(*inputs, np.zeros_like(inputs[0]))[0]
    assert np.abs(without - alone).max() > 0.01


def test_a_network_with_words_can_not_do_without_them(tagger: Tagger) -> None:
    with pytest.raises(ValueError, match="expected `word_ids`, because the network was trained with words, got None"):
        tagger.engine.emissions(*pad_batch([tagger.table.encode("我")], tagger.table))


def test_bf16_reads_words_too(folder: Path, tagger: Tagger) -> None:
    assert plain(Tagger.load(folder, "bf16").tag(TEXTS[:8])) == plain(tagger.tag(TEXTS[:8]))


def test_a_pickled_tagger_tags_the_same(tagger: Tagger) -> None:
    assert pickle.loads(pickle.dumps(tagger)).tag(TEXTS) == tagger.tag(TEXTS)


def test_an_engine_of_the_service_loads_it(folder: Path, tagger: Tagger) -> None:
    models = {"words": str(folder)}
    start = Start(models=models, encoders={}, precision="fp32", threads=1, batch_characters=4096, lexicons={}, lists={})
    assert Models(start).describe()["words"]["types"] == tagger.types


def test_the_encoder_alone_needs_no_segmenter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert Embedder.load(folder).embed(["王小明"]).shape == (1, 32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segmenter": None}, r"is damaged \(segmenter: expected that of the entry words, jieba, found another\)"),
        ({"words": "none"}, r"is damaged \(segmenter: expected that of the entry words, none, found another\)"),
        ({"segmenter": {"name": "none"}}, r"is damaged \(segmenter\.name: expected 'jieba'"),
        ({"segmenter": {"parts": ["n"]}}, "the number of ids of words is 9 there, and 233 by the weights"),
        ({"segmenter": {"size": 16}}, "segmenter.size is 16 there, and 32 by the weights"),
        ({"segmenter": {"version": "0.0.1"}}, r"was trained with words of rjieba 0\.0\.1, but .* pip install rjieba=="),
        ({"segmenter": {"dictionary": "0" * 64}}, "words.txt is not the dictionary that the model was trained with"),
    ],
)
def test_a_folder_that_does_not_fit(folder: Path, tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    stored = json.loads((folder / "config.json").read_text(encoding="utf-8"))["segmenter"]
    if changes.get("segmenter"):
        changes = {"segmenter": stored | changes["segmenter"]}
    with pytest.raises(InputError, match=message):
        Tagger.load(copy_with(folder, tmp_path / "copy", **changes))


@pytest.mark.slow
@pytest.mark.parametrize(("target", "precision"), [("onnx", "fp32"), ("onnx", "int8"), ("openvino", "fp32")])
def test_an_exported_tagger_finds_the_same_without_torch(
    folder: Path, tagger: Tagger, tmp_path: Path, target: Any, precision: Any
) -> None:
    for package in ("onnxscript", "onnxruntime", *(["openvino"] if target == "openvino" else [])):
        pytest.importorskip(package)
    exported = export_tagger(folder, tmp_path / "exported", to=target, precision=precision)
    assert plain(exported.tag(TEXTS)) == plain(tagger.tag(TEXTS))
    if precision == "fp32":
        for found, wanted in zip(exported.emissions(TEXTS), tagger.emissions(TEXTS), strict=True):
            assert found == pytest.approx(wanted, abs=1e-3)
    assert json.loads((tmp_path / "exported" / "exported.json").read_text(encoding="utf-8"))["format_version"] == 2
    script = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None; from ner import Tagger\n"
        "print([entity.text for entity in Tagger.load(sys.argv[1]).tag('张伟去上海。')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "exported")], capture_output=True, encoding="utf-8", check=False
    )
    assert (run.stdout, run.returncode) == (f"{[e.text for e in tagger.tag('张伟去上海。')]}\n", 0), run.stderr
    (tmp_path / "exported" / "words.txt").unlink()
    with pytest.raises(InputError, match=r"is incomplete: words\.txt not found"):
        Tagger.load(tmp_path / "exported")


@pytest.mark.slow
def test_a_graph_beside_the_weights_reads_words_too(folder: Path, tagger: Tagger, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    shutil.copytree(folder, tmp_path / "copy")
    write_graph(tmp_path / "copy")
    graph = Tagger.load(tmp_path / "copy")
    assert type(graph.engine) is not type(tagger.engine)
    assert plain(graph.tag(TEXTS)) == plain(tagger.tag(TEXTS))
    for found, wanted in zip(graph.emissions(TEXTS), tagger.emissions(TEXTS), strict=True):
        assert found == pytest.approx(wanted, abs=1e-3)


def test_going_on_from_a_tagger_keeps_its_words(
    corpus: Corpus, quick: Change, folder: Path, model_folder: Path, dictionary: Path, tmp_path: Path
) -> None:
    run = train(corpus, quick(init_from=str(folder), epochs=1), tmp_path / "more")
    assert run.record["settings"]["words"] == "jieba"
    assert run.record["continued"]["f1_before"]["dev"] > 95
    again = Tagger.load(tmp_path / "more", "fp32")
    kept, own = again.engine.words, Tagger.load(folder).engine.words
    assert kept is not None
    assert own is not None
    assert kept.encode("大学看书").tolist() == own.encode("大学看书").tolist()
    with pytest.raises(InputError, match=r"`words` jieba doesn't fit `init_from` .*, which has none: leave it out"):
        train(corpus, quick(init_from=str(model_folder), words="jieba"), tmp_path / "other")
    with pytest.raises(InputError, match=r"`words_dictionary` other\.txt doesn't fit `init_from`"):
        train(corpus, quick(init_from=str(folder), words_dictionary="other.txt"), tmp_path / "other")


@pytest.mark.slow
def test_a_dictionary_that_changed_is_no_way_to_resume(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    class Interrupted(EpochProgress):
        def on_step_begin(self, args: object, state: Any, control: object, **kwargs: object) -> None:
            if state.global_step == 4:
                raise KeyboardInterrupt

    mine = tmp_path / "mine.txt"
    mine.write_text("大学看书 SCHOOL\n", encoding="utf-8")
    settings = quick(words="jieba", words_dictionary=str(mine))
    with pytest.raises((InterruptedRun, KeyboardInterrupt)):
        train(corpus, settings, tmp_path / "model", callbacks=[Interrupted(RecordedProgress())])
    mine.write_text("大学看书 N\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the word segmenter or its dictionary changed since the run in .* started"):
        train(corpus, settings, tmp_path / "model", resume=True)
    mine.write_text("大学看书  SCHOOL\r\n", encoding="utf-8")  # the same words
    assert train(corpus, settings, tmp_path / "model", resume=True).record["resumed"]


@pytest.mark.slow
def test_a_comparison_of_words_and_none(corpus: Corpus, quick: Change, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("大学看书 SCHOOL\n", encoding="utf-8")
    cells = grid(parse_vary(["words=none,jieba"]), quick(epochs=1))
    assert [cell.folder for cell in cells] == ["words=none", "words=jieba"]
    runs = run_grid(corpus, cells, 1, tmp_path / "runs")
    assert [run.record["words"] is None for run in runs] == [True, False]
    assert [run.record for run in run_grid(corpus, cells, 1, tmp_path / "runs")] == [run.record for run in runs]
    (cell,) = grid(parse_vary(["words=jieba"]), quick(epochs=1, words="jieba", words_dictionary=str(mine)))
    run_grid(corpus, [cell], 1, tmp_path / "own")
    mine.write_text("大学看书 N\n", encoding="utf-8")
    with pytest.raises(InputError, match="the word segmenter or its dictionary changed since"):
        run_grid(corpus, [cell], 1, tmp_path / "own")


def test_a_dictionary_without_words_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected `words_dictionary` to be None without `words`, got 'mine\.txt'"):
        TrainingSettings(words_dictionary="mine.txt")


def test_networks_without_words_compute_to_the_bit_what_they_did() -> None:
    model, table = load_model(OLD / "model")
    assert (model.words, model.word_embedding) == (None, None)
    assert (model.config.words, model.config.format_version) == ("none", 1)
    batch = padded_tensors([table.encode("王小明在北京大学看书。"), table.encode("我")], table)
    with torch.no_grad():
        features = model.fusion(model.layers(*batch))
        if model.recurrent is not None:
            features = run_both_ways(model.recurrent, features, batch[1].sum(dim=1) - 2)
        wanted = model.classifier(features).float()
        assert torch.equal(model(*batch).emissions, wanted)


@pytest.mark.slow
def test_what_is_written_without_words_is_read_by_older_versions(model_folder: Path, tmp_path: Path) -> None:
    assert json.loads((model_folder / "config.json").read_text(encoding="utf-8")).get("format_version", 1) == 1
    assert not (model_folder / "words.txt").exists()
    pytest.importorskip("onnxscript")
    export_tagger(model_folder, tmp_path / "exported")
    content = json.loads((tmp_path / "exported" / "exported.json").read_text(encoding="utf-8"))
    assert content["format_version"] == 1
    assert content.keys() == json.loads((OLD / "exported" / "exported.json").read_text(encoding="utf-8")).keys()


def test_the_words_of_a_list_are_a_part_of_the_model(
    corpus: Corpus, settings: TrainingSettings, tmp_path: Path
) -> None:
    (tmp_path / "names.txt").write_text("王小明 PER\n北京 LOC\n大学\n", encoding="utf-8")
    listed = replace(settings, words="list", words_dictionary=str(tmp_path / "names.txt"), epochs=1)
    run = train(corpus, listed, tmp_path / "tagger")
    words = run.tagger.engine.words
    assert words is not None
    assert words.encode("王小明在北京大学").tolist() == [9, 10, 11, 0, 5, 7, 1, 3]
    assert (tmp_path / "tagger" / "words.txt").read_text(encoding="utf-8") == "王小明 PER\n北京 LOC\n大学\n"
    loaded = Tagger.load(tmp_path / "tagger")  # with the precision of this machine, as the other
    for ours, theirs in zip(loaded.emissions(TEXTS), run.tagger.emissions(TEXTS), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)
    again = train(corpus, replace(settings, init_from=str(tmp_path / "tagger"), epochs=1), tmp_path / "again")
    assert again.record["settings"]["words"] == "list"
    with pytest.raises(InputError, match="expected `words_dictionary` to be a file with `words` list, got None"):
        replace(settings, words="list")


def test_whole_words_of_a_list_are_left_out_in_training() -> None:
    words = torch.tensor([[0, 5, 6, 7, 12, 0, 9, 11, 0], [6, 7, 5, 7, 8, 8, 0, 0, 0]]).repeat(400, 1)
    left = leave_out_words(words, 0.3)
    assert ((left == words) | (left == 0)).all()
    for row, spans in ((0, [(1, 4), (4, 5), (6, 8)]), (1, [(0, 2), (2, 4), (4, 5), (5, 6)])):
        for start, end in spans:  # the second row is a window that begins inside a word
            kept = (left[row::2, start:end] != 0).float()
            assert (kept.min(dim=1).values == kept.max(dim=1).values).all()
            assert 0.6 < kept.mean() < 0.8
    assert torch.equal(leave_out_words(words, 0.0), words)


def test_only_training_leaves_words_out(corpus: Corpus, settings: TrainingSettings, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("王小明 PER\n", encoding="utf-8")
    listed = replace(settings, words="list", words_dictionary=str(tmp_path / "names.txt"), dropout=0.0)
    model, _ = build_model(corpus.types, listed)
    words = torch.tensor([[0, 5, 6, 7, 0, 0]])
    found = {}
    for mode in (True, False):
        model.train(mode)
        found[mode] = {tuple(model.with_words(torch.zeros(1, 4, 1), words)[0, 0].tolist()) for _ in range(40)}
    assert (len(found[True]), len(found[False])) == (2, 1)
