"""The graph in a model folder takes its weights from the folder, and computes what the network computes."""

import shutil
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig

from ner import FixedSpan, InputError, Tagger
from ner.characters.character_table import CharacterTable
from ner.choices import PrecisionName
from ner.exporting.write_graph import write_graph
from ner.model.model_folder import load_model, save_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig
from ner.model.stored_weights import layout_digest
from ner.tagging.torch_engine import NetworkEngine
from tests.conftest import SENTENCES

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytestmark = pytest.mark.slow

TEXTS = [*(text for text, _ in SENTENCES), "", "我", "王小明在北京大学看书。" * 20]
FORMATS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def store_as(dtype: torch.dtype, folder: Path) -> None:
    """Convert the weights of a model folder, but not the scores of its tag decoder."""
    weights = load_file(folder / "model.safetensors")
    stored = {name: value if name.startswith("tag_decoder.") else value.to(dtype) for name, value in weights.items()}
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.fixture(scope="module", params=FORMATS)
def folder(request: pytest.FixtureRequest, model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("graph") / "model"
    shutil.copytree(model_folder, copy)
    store_as(FORMATS[request.param], copy)
    write_graph(copy)
    return copy


def both(folder: Path) -> tuple[Tagger, Tagger]:
    """The tagger in ONNX Runtime and in PyTorch."""
    graph, network = Tagger.load(folder), Tagger.load(folder, "fp32", pytorch=True)
    assert not isinstance(graph.engine, NetworkEngine)
    assert isinstance(network.engine, NetworkEngine)
    return graph, network


def assert_same(graph: Tagger, network: Tagger) -> None:
    for found, wanted in zip(graph.emissions(TEXTS), network.emissions(TEXTS), strict=True):
        assert found == pytest.approx(wanted, abs=1e-4)
    for one, other in zip(graph.readings(TEXTS, 3), network.readings(TEXTS, 3), strict=True):
        assert [astuple(entity)[:4] for entity in one.entities] == [astuple(entity)[:4] for entity in other.entities]
        assert [entity.score for entity in one.entities] == pytest.approx([e.score for e in other.entities], abs=1e-4)
        assert [a.probability for a in one.alternatives] == pytest.approx(
            [a.probability for a in other.alternatives], abs=1e-4
        )


def test_a_graph_computes_what_the_network_computes(folder: Path) -> None:
    assert_same(*both(folder))


def test_it_has_no_copy_of_the_weights(folder: Path) -> None:
    graph = onnx.load(folder / "model.onnx", load_external_data=False).graph
    weights = [
        one for one in graph.initializer if one.name.removesuffix(".stored").endswith((".weight", ".bias", "_l0"))
    ]
    assert len(weights) > 40
    assert {one.data_location for one in weights} == {onnx.TensorProto.EXTERNAL}
    assert sum(len(one.raw_data) for one in graph.initializer) < 10_000
    assert not (folder / "exported.json").exists()


def test_known_spans_are_kept_in_a_graph_too(folder: Path) -> None:
    fixed = [FixedSpan(0, 2, "LOC")]
    one, other = (tagger.tag("张伟去上海。", fixed) for tagger in both(folder))
    assert [astuple(entity)[:4] for entity in one] == [astuple(entity)[:4] for entity in other]
    assert (one[0].start, one[0].end, one[0].label) == (0, 2, "LOC")


@pytest.mark.parametrize(
    "choice",
    [{"tag_decoder": "softmax", "lstm_layers": 0, "fusion": "attention"}, {"cell": "gru", "lstm_layers": 2}],
    ids=["softmax", "gru"],
)
def test_other_networks_have_graphs_too(choice: dict, model_folder: Path, tmp_path: Path) -> None:
    _, table = load_model(model_folder)
    torch.manual_seed(0)
    encoder = BertConfig(
        vocab_size=table.highest + 1,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=66,
    )
    config = BertBiLstmCrfConfig(encoder=encoder.to_dict(), types=["LOC", "PER"], lstm_size=8, window=64, **choice)
    save_model(BertBiLstmCrf(config), table, tmp_path / "model")
    write_graph(tmp_path / "model")
    assert_same(*both(tmp_path / "model"))


def test_a_graph_follows_the_values_of_the_weights(folder: Path, tmp_path: Path) -> None:
    """Weights in the same places may have other values. The scores of the CRF are read from the file too."""
    shutil.copytree(folder, tmp_path / "model")
    weights = load_file(tmp_path / "model" / "model.safetensors")
    weights["classifier.bias"] = weights["classifier.bias"].flip(0)
    weights["tag_decoder.temperature"] *= 2
    save_file(weights, tmp_path / "model" / "model.safetensors", metadata={"format": "pt"})
    assert_same(*both(tmp_path / "model"))


def test_a_graph_of_other_weights_is_refused(model_folder: Path, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "model")
    dtype = load_file(folder / "model.safetensors")["classifier.bias"].dtype
    store_as(torch.float32 if dtype == torch.float16 else torch.float16, tmp_path / "model")
    with pytest.raises(InputError, match=r"model\.onnx belongs to another model\.safetensors: "):
        Tagger.load(tmp_path / "model")
    (tmp_path / "model" / "model.onnx").unlink()
    assert isinstance(Tagger.load(tmp_path / "model").engine, NetworkEngine)


def test_saving_a_model_removes_the_graph_of_the_older_one(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "model")
    save_model(*load_model(folder), tmp_path / "model")
    assert not (tmp_path / "model" / "model.onnx").exists()


def _drop(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _drop_scores(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    del weights["tag_decoder.start_transitions"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    graph = folder / "model.onnx"
    graph.write_bytes(graph.read_bytes() + layout_digest(folder / "model.safetensors").encode())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_drop("characters.json"), "is incomplete: characters.json not found; copy the whole folder"),
        (_drop("model.safetensors"), "is incomplete: model.safetensors not found; copy the whole folder"),
        (_drop_scores, "is damaged .tag_decoder.start_transitions is missing.: copy it again, or train again"),
    ],
    ids=["characters", "weights", "scores"],
)
def test_a_damaged_folder_is_a_sentence(
    damage: Callable[[Path], None], message: str, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(InputError, match=message):
        Tagger.load(tmp_path / "model")


@pytest.mark.parametrize(
    ("precision", "pytorch", "in_torch"),
    [
        ("auto", False, False),
        ("fp32", False, False),
        ("bf16", False, True),
        ("auto", True, True),
        ("fp32", True, True),
    ],
)
def test_pytorch_runs_if_asked_for_and_for_bf16(
    precision: PrecisionName, pytorch: bool, in_torch: bool, folder: Path
) -> None:
    tagger = Tagger.load(folder, precision, pytorch=pytorch)
    assert isinstance(tagger.engine, NetworkEngine) == in_torch


def test_onnx_runtime_stands_in_for_a_missing_pytorch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not isinstance(Tagger.load(folder, pytorch=True).engine, NetworkEngine)


def test_the_table_has_the_ids_of_the_encoder(folder: Path) -> None:
    graph, network = both(folder)
    assert isinstance(graph.table, CharacterTable)
    assert np.array_equal(graph.table.encode("王小明，A１"), network.table.encode("王小明，A１"))
