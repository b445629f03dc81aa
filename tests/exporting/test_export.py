"""Exported networks give the numbers of the network, and exported taggers its entities."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, ElectraConfig, PreTrainedConfig, RobertaConfig
from typer.testing import CliRunner

from ner import FixedSpan, InputError, Tagger
from ner.characters.character_table import CharacterTable, Ids
from ner.characters.padding import pad_batch
from ner.commands.app import app
from ner.decoding.numpy_chain import Floats
from ner.exporting import export
from ner.exporting import onnx_conversion as conversion
from ner.model.model_folder import load_model, save_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig
from tests.conftest import SENTENCES

pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")

SIZES = {
    "vocab_size": 40,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 70,
}
slow = pytest.mark.slow
NETWORKS = [
    (ElectraConfig, {"fusion": "attention", "cell": "gru", "lstm_layers": 2}),
    pytest.param(RobertaConfig, {"fusion": "last4", "cell": "lstm", "lstm_layers": 2}, marks=slow),
    pytest.param(BertConfig, {"fusion": "scalar-mix", "lstm_layers": 0, "tag_decoder": "softmax"}, marks=slow),
    pytest.param(BertConfig, {"fusion": "multi-head", "cell": "gru", "lstm_layers": 1}, marks=slow),
    pytest.param(BertConfig, {"fusion": "mean", "cell": "lstm", "lstm_layers": 1}, marks=slow),
]
LENGTHS = [[7, 3, 1], [1], [64, 64, 20, 2], [5] * 9]
TEXTS = [*(text for text, _ in SENTENCES), "", "我", "王小明在北京大学看书。" * 20]
KINDS = [("onnx", "fp32"), ("onnx", "int8"), ("openvino", "fp32"), ("openvino", "bf16"), ("openvino", "int8")]


def network(encoder: type[PreTrainedConfig], choice: dict) -> BertBiLstmCrf:
    torch.manual_seed(0)
    config = BertBiLstmCrfConfig(
        encoder=encoder(**SIZES, pad_token_id=0).to_dict(), types=["LOC", "PER"], lstm_size=8, window=64, **choice
    )
    return BertBiLstmCrf(config).train(False)


def batch(lengths: list[int]) -> tuple[Ids, Ids]:
    table = CharacterTable({}, {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "space": 1})
    random = np.random.default_rng(0)
    return pad_batch([random.integers(4, 40, length) for length in lengths], table)


def expected(model: BertBiLstmCrf, input_ids: Ids, attention_mask: Ids) -> Floats:
    with torch.no_grad():
        emissions: Floats = model(torch.from_numpy(input_ids), torch.from_numpy(attention_mask)).emissions.numpy()
    return emissions


def copy_of(model: Any) -> Any:
    return type(model).FromString(model.SerializeToString())


def run_onnx(model: Any, input_ids: Ids, attention_mask: Ids) -> Floats:
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString())
    emissions: Floats = session.run(None, {"input_ids": input_ids, "attention_mask": attention_mask})[0]
    return emissions


@pytest.fixture(scope="module")
def onnx_model(model_folder: Path) -> Any:
    """The trained tagger's network; an export takes seconds, so there is one for many tests."""
    return conversion.to_onnx(load_model(model_folder)[0])


def assert_same_emissions(exported: Any, model: BertBiLstmCrf) -> None:
    for lengths in LENGTHS:
        inputs = batch(lengths)
        mask = inputs[1][:, 2:] == 1
        assert run_onnx(exported, *inputs)[mask] == pytest.approx(expected(model, *inputs)[mask], abs=1e-4)


def test_emissions_are_those_of_the_network_for_every_batch_and_length(onnx_model: Any, model_folder: Path) -> None:
    assert_same_emissions(onnx_model, load_model(model_folder)[0])


@pytest.mark.slow
@pytest.mark.parametrize(("encoder", "choice"), NETWORKS)
def test_every_part_of_a_network_is_exported(encoder: type[PreTrainedConfig], choice: dict) -> None:
    model = network(encoder, choice)
    assert_same_emissions(conversion.to_onnx(model), model)


def test_int8_weights_give_nearly_the_same_and_take_less_space(onnx_model: Any, model_folder: Path) -> None:
    rounded = conversion.with_int8_weights(copy_of(onnx_model))
    assert rounded.ByteSize() < 0.8 * onnx_model.ByteSize()
    inputs = batch([7, 3, 1])
    mask = inputs[1][:, 2:] == 1
    wanted, found = run_onnx(onnx_model, *inputs)[mask], run_onnx(rounded, *inputs)[mask]
    assert 1e-3 < np.abs(found - wanted).max() < 0.5


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def exported_folder(
    request: pytest.FixtureRequest, onnx_model: Any, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    target, precision = request.param
    if target == "openvino":
        pytest.importorskip("openvino")
    folder = tmp_path_factory.mktemp("exported") / f"{target}-{precision}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "to_onnx", lambda _: copy_of(onnx_model))
        export.export_tagger(model_folder, folder, to=target, precision=precision)
    return folder


def test_an_exported_tagger_finds_what_the_tagger_finds(exported_folder: Path, tagger: Tagger) -> None:
    exported = Tagger.load(exported_folder)
    assert (exported.types, exported.labels, exported.scheme) == (tagger.types, tagger.labels, tagger.scheme)
    assert exported_folder.name.endswith(f"-{exported.engine.precision}")
    exact = exported.engine.precision == "fp32"
    for found, wanted in zip(exported.readings(TEXTS, 2), tagger.readings(TEXTS, 2), strict=True):
        assert [replace(e, score=None) for e in found.entities] == [replace(e, score=None) for e in wanted.entities]
        scores, wanted_scores = ([e.score for e in reading.entities] for reading in (found, wanted))
        assert scores == pytest.approx(wanted_scores, abs=1e-4 if exact else 0.05)
        assert found.alternatives[0].entities == wanted.alternatives[0].entities
    texts, fixed = ["张伟去上海。", "王小明在北京大学看书。"], [[FixedSpan(0, 2, "LOC")], [FixedSpan(0, 4, None)]]
    ours, theirs = (
        [[e[:3] for e in map(astuple, found)] for found in one.tag(texts, fixed)] for one in (exported, tagger)
    )
    assert ours == theirs
    assert ours[0][0] == (0, 2, "LOC")


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = sys.modules["transformers"] = None
from ner.commands.app import app
app()
"""


def tag_without_torch(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    options = ["--model", folder, "--text", "张伟去上海。", *more]
    command = [sys.executable, "-c", WITHOUT_TORCH, "tag", *map(str, options)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.slow
def test_neither_torch_nor_transformers_is_needed(exported_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("term,type,mode,id\n去上海,SHIP,force,S1\n", encoding="utf-8")
    run = tag_without_torch(exported_folder, "--dictionary", tmp_path / "list.csv")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)["entities"]
    assert [(e["text"], e["label"], e["source"], e.get("id")) for e in found] == [
        ("张伟", "PER", "model", None),
        ("去上海", "SHIP", "dictionary", "S1"),
    ]


def test_what_needs_torch_says_so(model_folder: Path) -> None:
    run = tag_without_torch(model_folder)
    assert run.returncode == 2
    assert run.stderr.startswith("bert-ner: torch is not installed: pip install ")


def test_nothing_is_written_beside_or_sent(exported_folder: Path, tmp_path: Path) -> None:
    script = f"from ner import Tagger; print(len(Tagger.load({str(exported_folder)!r}).tag('张伟去上海。')))"
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(tmp_path))
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, env={**environment, **places}, check=True)
    assert (run.stdout, list(tmp_path.iterdir())) == ("2\n", [])


def test_the_command(onnx_model: Any, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "to_onnx", lambda _: copy_of(onnx_model))
    folder = tmp_path / "new" / "exported"
    command = ["export", "--model", str(model_folder), "--to", "onnx", "--precision", "int8", "--output", str(folder)]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, result.output) == (0, f"the tagger is in {folder}: bert-ner tag --model {folder}\n")
    assert {path.name for path in folder.iterdir()} == {"model.onnx", "characters.json", "exported.json"}
    assert {path.name for path in folder.parent.iterdir()} == {"exported"}
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, result.stderr) == (
        2,
        f"bert-ner: {folder} holds other files (characters.json, exported.json, model.onnx): "
        "--output takes a new or empty folder\n",
    )


def test_what_is_there_is_not_written_over(model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InputError, match=r"holds other files \(mine\.txt\): `output` takes a new or empty folder"):
        export.export_tagger(model_folder, tmp_path, to="onnx", precision="fp32")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_that_fails_leaves_nothing(
    onnx_model: Any, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "to_onnx", lambda _: copy_of(onnx_model))
    monkeypatch.setattr(CharacterTable, "save", full)
    with pytest.raises(OSError, match="No space left"):
        export.export_tagger(model_folder, tmp_path / "exported", to="onnx", precision="fp32")
    assert not any(tmp_path.iterdir())


def test_a_full_disk_is_told_for_openvino_too(onnx_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError("basic_ios::clear: iostream error")  # as openvino does

    monkeypatch.setattr(pytest.importorskip("openvino"), "save_model", full)
    with pytest.raises(OSError, match="OpenVINO can't write the network: if the disk is full, free some space, or "):
        conversion.to_openvino(copy_of(onnx_model), tmp_path / "network.xml", half=False)


def test_onnx_has_no_bf16(model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no bf16 on x86 CPUs: choose the `precision` fp32 or int8, or `to` openvino"):
        export.export_tagger(model_folder, tmp_path / "exported", to="onnx", precision="bf16")


def test_a_missing_package_is_named_with_its_extra(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(InputError, match=r'onnxscript is not installed; pip install .*\[openvino\]"'):
        export.export_tagger(model_folder, tmp_path / "exported", to="openvino", precision="fp32")


def test_a_network_that_is_too_large_is_refused(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_LARGEST", 1000)
    with pytest.raises(InputError, match=r"GiB of weights, but an ONNX file stores less than 2 GiB"):
        export.export_tagger(model_folder, tmp_path / "exported", to="onnx", precision="fp32")


@pytest.mark.parametrize("use", [load_model, lambda folder: save_model(*load_model(folder), folder)])
def test_an_exported_tagger_is_no_network_to_go_on_with(exported_folder: Path, use: Callable[[Path], object]) -> None:
    with pytest.raises(InputError, match="contains an exported tagger, which can only tag"):
        use(exported_folder)


def test_a_full_disk_below_an_error_of_pytorch(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError("Failed to export the model") from error

    monkeypatch.setattr(torch.onnx, "export", fail)
    with pytest.raises(OSError, match="No space left"):
        export.export_tagger(model_folder, tmp_path / "made")
    assert not any(tmp_path.iterdir())
