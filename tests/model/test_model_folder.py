import json
import shutil
from pathlib import Path

import pytest
import torch

from ner.errors import InputError
from ner.model.model_folder import load_model, save_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import FORMAT_VERSION, BertBiLstmCrfConfig
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
    with pytest.raises(InputError, match=r"format 2, this bert-ner reads up to 1: install a newer"):
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
