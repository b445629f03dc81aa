import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from ner.built_in import TAGGER_FOLDER
from ner.errors import InputError
from ner.model.model_folder import load_model, save_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import FORMAT_VERSION, BertBiLstmCrfConfig
from ner.tagging.model_info import model_info
from ner.tagging.tagger import Tagger
from tests.helpers.padded_tensors import padded_tensors


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(model_folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_saved_model_predicts_the_same(model_folder: Path, tmp_path: Path) -> None:
    model, table = load_model(model_folder)
    save_model(model, table, tmp_path / "again")
    again, table_again = load_model(tmp_path / "again")
    batch = padded_tensors([table.encode("王小明在北京大学看书。")], table)
    assert table_again.encode("王鑫 ").tolist() == table.encode("王鑫 ").tolist()
    with torch.no_grad():
        assert torch.equal(model(*batch).emissions, again(*batch).emissions)
    assert again.config.labels == model.config.labels
    assert again.config.types == ["LOC", "ORG", "PER"]


@pytest.mark.parametrize("family", ["electra", "ernie", "xlm-roberta", "distilbert"])
def test_other_families_predict_the_same_as_well(family: str, model_folder: Path, tmp_path: Path) -> None:
    _, table = load_model(model_folder)
    size = {"vocab_size": 200, "max_position_embeddings": 80}
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    if family == "distilbert":
        shape = {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
    torch.manual_seed(0)
    encoder = {"model_type": family, **size, **shape}
    model = BertBiLstmCrf(BertBiLstmCrfConfig(encoder=encoder, types=["PER"], fusion="attention", lstm_size=8))
    save_model(model, table, tmp_path / "model")
    again, _ = load_model(tmp_path / "model")
    batch = padded_tensors([table.encode("王小明在北京大学看书。"), table.encode("我")], table)
    model.train(False)
    for each in (model, again):
        each.encoder.set_attn_implementation("eager")
    with torch.no_grad():
        torch.testing.assert_close(model(*batch).emissions, again(*batch).emissions)


def test_from_pretrained_reads_the_folder_as_well(model_folder: Path) -> None:
    model, table = load_model(model_folder)
    other = BertBiLstmCrf.from_pretrained(model_folder).eval()
    batch = padded_tensors([table.encode("我不去。")], table)
    with torch.no_grad():
        assert torch.equal(model(*batch).emissions, other(*batch).emissions)


def test_the_folder_holds_no_pickle_and_nothing_temporary(model_folder: Path) -> None:
    names = {path.name for path in model_folder.iterdir()}
    assert names == {
        "config.json",
        "model.safetensors",
        "characters.json",
        "training.json",
        "README.md",
        "evaluation",
        "tensorboard",
    }


def test_whoever_may_read_a_new_file_may_read_the_model(model_folder: Path, tmp_path: Path) -> None:
    save_model(*load_model(model_folder), tmp_path / "model")
    (tmp_path / "new").touch()
    assert {path.stat().st_mode for path in (tmp_path / "model").iterdir()} == {(tmp_path / "new").stat().st_mode}


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no model folder .*missing"):
        load_model(tmp_path / "missing")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "characters.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"no complete model: {name} not found"):
        load_model(copy)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "characters.json"])
def test_a_truncated_file_is_named(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=f"{name} is damaged"):
        load_model(copy)


def test_a_newer_format_is_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    config["format_version"] = FORMAT_VERSION + 1
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=r"format 3, this bert-ner reads up to 2: install a newer"):
        load_model(copy)


def test_another_kind_of_model_is_refused(encoder_folder: Path, copy: Path) -> None:
    shutil.copy(encoder_folder / "config.json", copy)
    with pytest.raises(InputError, match="of the type bert: expected bert-bilstm-crf"):
        load_model(copy)


def test_weights_of_another_architecture_are_refused(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    config["lstm_layers"] = 2
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=r"doesn't fit config\.json"):
        load_model(copy)


def test_a_failed_save_leaves_the_old_model(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = load_model(copy)
    before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ner.model.model_folder.save_file", full)
    with pytest.raises(OSError, match="No space"):
        save_model(model, table, copy)
    assert {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()} == before
    assert not list(copy.glob(".saving-*"))


def change(path: Path, **changes: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        section, _, key = name.rpartition("__")
        (content[section] if section else content)[key] = value
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"types": ["LOC", "LOC", "PER"]}, r"types: expected each value once, got 'LOC' twice"),
        ({"types": "LOC"}, r"types: expected a list, found .LOC."),
        ({"types": [1, 2, 3]}, r"types\.0: expected a text, found 1"),
        ({"types": []}, r"types: expected at least 1 item, found none"),
        ({"id2label": {"0": "\ud800"}}, r"a text has half of a surrogate pair"),
        ({"types": ["PER", "ORG", "LOC"]}, r"types: expected those of id2label in their order, but label 1 is B-LOC"),
        ({"format_version": None}, r"format_version: expected a whole number, found null"),
        ({"format_version": "1"}, r"format_version: expected a whole number, found .1."),
        ({"lstm_size": 10**30}, r"lstm_size: expected at most 4096"),
        ({"tag_decoder": "x"}, r"tag_decoder: expected 'crf' or 'softmax'"),
        ({"dropout": float("nan")}, r"dropout: expected a"),
        ({"quantization_config": {"load_in_8bit": True}}, r"quantization_config: expected null, found an object"),
        ({"encoder": []}, r"encoder: expected an object, found a list"),
        ({"encoder__hidden_size": 0}, r"encoder\.hidden_size: expected at least 1, found 0"),
        ({"encoder__num_attention_heads": 0}, r"encoder\.num_attention_heads: "),
        ({"encoder__num_attention_heads": -1}, r"encoder\.num_attention_heads: "),
        ({"encoder__num_attention_heads": 3}, r"encoder: expected a number of heads that divides 32, found 3"),
        (
            {"encoder__num_hidden_layers": 10_000_000},
            r"encoder\.num_hidden_layers: expected at most 1000",
        ),
        ({"encoder__is_decoder": True}, r"encoder\.is_decoder: expected false, found true"),
        ({"encoder__return_dict": False}, r"encoder\.return_dict: "),
        ({"encoder__chunk_size_feed_forward": 3}, r"encoder\.chunk_size_feed_forward: expected 0, found 3"),
        ({"encoder__pad_token_id": 1_000_000}, r"encoder: expected a pad_token_id below"),
        ({"encoder__layer_norm_eps": "x"}, r"encoder\.layer_norm_eps: expected a number, found .x."),
        ({"encoder__hidden_act": "x"}, r"encoder\.hidden_act: expected a function that transformers has, found x\)"),
        ({"encoder__model_type": "x"}, r"encoder\.model_type: expected a family that transformers has, found x\)"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(copy: Path, changes: dict[str, Any], message: str) -> None:
    change(copy / "config.json", **changes)
    with pytest.raises(InputError, match=rf"config\.json is damaged \({message}") as told:
        load_model(copy)
    assert "Error" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("content", ["[]", "null", "3", '"x"', "[" * 100_000, "1" * 5000])
@pytest.mark.parametrize("name", ["config.json", "characters.json", "training.json"])
def test_other_json_is_damaged(copy: Path, name: str, content: str) -> None:
    (copy / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name} (is damaged|describes)"):
        model_info(copy) if name == "training.json" else load_model(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoder__num_hidden_layers": 900}, "encoder.num_hidden_layers is 900 there, and 2 by the weights"),
        ({"encoder__vocab_size": 9_000_000}, "encoder.vocab_size is 9,000,000 there, and"),
        ({"encoder__hidden_size": 64}, "encoder.hidden_size is 64 there, and 32 by the weights"),
        ({"types": ["LOC"], "id2label": {}}, "the number of labels is 5 there, and 13 by the weights"),
    ],
)
def test_sizes_are_compared_with_the_weights(copy: Path, changes: dict[str, Any], message: str) -> None:
    change(copy / "config.json", **changes)
    for read in (load_model, model_info):
        with pytest.raises(InputError, match=message):
            read(copy)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((f"{part}_transitions", value) for part in ("start", "end") for value in (math.nan, math.inf)),
        *(("temperature", value) for value in (math.nan, math.inf, 0.0, -1.0)),
    ],
)
def test_scores_of_the_decoder_that_are_not_finite(copy: Path, name: str, value: float) -> None:
    weights = load_file(copy / "model.safetensors")
    weights[f"tag_decoder.{name}"] = torch.full_like(weights[f"tag_decoder.{name}"], value)
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=rf"model\.safetensors is damaged \(.*tag_decoder\.{name}"):
        load_model(copy)


@pytest.mark.parametrize(
    ("special", "characters", "message"),
    [
        ({"pad": None}, {}, "special.pad: expected a whole number, found null"),
        ({"sep": -1}, {}, "special.sep: expected at least 0, found -1"),
        ({"cls": 1_000_000}, {}, "expected ids below .*, found 1,000,000"),
        ({}, {"王": 10**30}, "characters.王: expected "),
        ({}, {"王": "x"}, "characters.王: expected a whole number"),
        ({}, {"王": 1_000_000}, "expected ids below .*, found 1,000,000"),
        ({}, {"王小": 7}, "characters.王小"),
    ],
)
def test_ids_of_characters(copy: Path, special: dict[str, Any], characters: dict[str, Any], message: str) -> None:
    content = json.loads((copy / "characters.json").read_text(encoding="utf-8"))
    content = {"special": content["special"] | special, "characters": content["characters"] | characters}
    (copy / "characters.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=rf"characters\.json is damaged \({message}"):
        load_model(copy)


def test_a_name_that_is_not_utf_8(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("模型".encode("gbk"))
    copy.rename(folder)
    with pytest.raises(InputError, match=r"the name .*udc.* is not UTF-8, and weights can't be read"):
        load_model(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a copy of this process")
@pytest.mark.parametrize("built_in", [False, True])  # the built-in tagger runs in ONNX Runtime
def test_a_model_in_use_stands_its_file_being_written_over(copy: Path, built_in: bool) -> None:
    if built_in:
        shutil.copytree(TAGGER_FOLDER, copy, dirs_exist_ok=True)
    child = os.fork()  # SIGBUS would end the process
    if child == 0:
        try:
            tagger = Tagger.load(copy)
            (copy / "model.safetensors").write_bytes(b"damaged")
            os._exit(0 if tagger.tag("林晓东住在杭州。") is not None else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
