"""Encoders of several families, as folders that transformers saves; random weights do for reading them."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from transformers import (
    ElectraConfig,
    ElectraModel,
    ErnieConfig,
    ErnieModel,
    GPT2Config,
    GPT2Model,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from ner.errors import InputError
from ner.model.find_encoder import require_encoder
from ner.model.load_encoder import load_characters, load_encoder, longest_window
from tests.helpers.padded_tensors import padded_tensors

SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
}
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "中", "国", "\u2581北", "京", "的", "a", "中国"]


@pytest.fixture
def xlm_roberta(tmp_path: Path) -> Path:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(Unigram([(piece, -1.0) for piece in PIECES], unk_id=3)),
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    )
    tokenizer.save_pretrained(tmp_path)
    XLMRobertaModel(XLMRobertaConfig(vocab_size=len(PIECES), pad_token_id=1, **SMALL)).save_pretrained(tmp_path)
    return tmp_path


def as_family(encoder_folder: Path, target: Path, config: object, model: type) -> Path:
    """A copy of the tiny encoder's vocabulary with a model of another family."""
    shutil.copytree(encoder_folder, target)
    (target / "model.safetensors").unlink()
    (target / "tokenizer_config.json").unlink(missing_ok=True)
    (target / "tokenizer.json").unlink(missing_ok=True)
    model(config).save_pretrained(target)
    return target


def vocabulary_size(encoder_folder: Path) -> int:
    return len((encoder_folder / "vocab.txt").read_text(encoding="utf-8").split("\n")) - 1


def run(encoder: torch.nn.Module, table: object, text: str) -> torch.Tensor:
    input_ids, attention_mask = padded_tensors([table.encode(text)], table)  # type: ignore[attr-defined]
    with torch.no_grad():
        return encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def test_the_built_in_encoder_needs_no_network_and_knows_nearly_all_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    encoder, table = load_encoder("mini-zh")
    assert table.unknown("张伟在北京大学医院的1号楼Ａ座看書，体温38.5℃。") == 0
    assert len(table) == 9850
    assert longest_window(encoder) == 510
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}


def test_bert_folder(encoder_folder: Path) -> None:
    encoder, table = load_encoder(str(encoder_folder), dropout=0.25)
    assert (encoder.config.hidden_dropout_prob, encoder.config.attention_probs_dropout_prob) == (0.25, 0.0)
    assert longest_window(encoder) == 64
    assert run(encoder, table, "王小明" * 21).shape == (1, 65, 32)
    assert table.encode("们")[0] == 6  # a piece of a word


def test_xlm_roberta_folder_with_sentencepiece_vocabulary(xlm_roberta: Path) -> None:
    encoder, table = load_encoder(str(xlm_roberta))
    assert table.encode("中国北京 a鑫").tolist() == [5, 6, 7, 8, 4, 10, 3]
    assert (table.cls, table.sep, table.pad) == (0, 2, 1)
    # Positions are counted from the padding id on: two of the forty are lost to that, two to <s> and </s>.
    assert longest_window(encoder) == 36
    assert run(encoder, table, "中国" * 18).shape == (1, 38, 16)


def test_electra_and_ernie_folders(encoder_folder: Path, tmp_path: Path) -> None:
    size = vocabulary_size(encoder_folder)
    electra = as_family(
        encoder_folder, tmp_path / "electra", ElectraConfig(vocab_size=size, embedding_size=8, **SMALL), ElectraModel
    )
    ernie = as_family(encoder_folder, tmp_path / "ernie", ErnieConfig(vocab_size=size, **SMALL), ErnieModel)
    for folder in (electra, ernie):
        encoder, table = load_encoder(str(folder))
        assert table.unknown("王小明") == 0
        assert run(encoder, table, "王小明").shape == (1, 5, 16)


@pytest.mark.parametrize("declared", ["roberta", None])
def test_a_roberta_wwm_folder_that_is_bert_inside(encoder_folder: Path, tmp_path: Path, declared: str | None) -> None:
    folder = tmp_path / "chinese-roberta-wwm-ext"
    shutil.copytree(encoder_folder, folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    config.pop("model_type")
    if declared:
        config["model_type"] = declared
    (folder / "config.json").write_text(json.dumps(config))
    encoder, table = load_encoder(str(folder))
    plain, _ = load_encoder(str(encoder_folder))
    assert encoder.config.model_type == "bert"
    assert torch.equal(run(encoder, table, "王小明"), run(plain, table, "王小明"))


@pytest.mark.parametrize(
    ("config", "model"),
    [
        (GPT2Config(vocab_size=80, n_embd=16, n_layer=1, n_head=2), GPT2Model),
        (T5Config(vocab_size=80, d_model=16, d_ff=16, d_kv=8, num_layers=1, num_heads=2), T5EncoderModel),
    ],
)
def test_other_architectures_are_refused(encoder_folder: Path, tmp_path: Path, config: object, model: type) -> None:
    folder = as_family(encoder_folder, tmp_path / "other", config, model)
    with pytest.raises(InputError, match="BERT-like"):
        load_encoder(str(folder))


def test_an_encoder_without_chinese_characters_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "english"
    shutil.copytree(encoder_folder, folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink(missing_ok=True)
    size = vocabulary_size(encoder_folder)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"word{i}" for i in range(size - 5))]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    with pytest.raises(InputError, match="doesn't read Chinese by characters"):
        load_encoder(str(folder))


def test_folders_that_hold_no_encoder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="contains no encoder"):
        load_encoder(str(tmp_path))
    (tmp_path / "bert_config.json").write_text("{}")
    with pytest.raises(InputError, match="TensorFlow checkpoint"):
        load_encoder(str(tmp_path))
    with pytest.raises(InputError, match="is not a folder"):
        load_encoder(str(tmp_path / "missing"))


def test_a_name_that_was_not_downloaded_is_refused_without_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="can't load the encoder nobody/nothing: there is no such folder"):
        require_encoder("nobody/nothing")
    with pytest.raises(InputError, match="'a b' is no folder, and can't be a name on the Hugging Face Hub"):
        require_encoder("a b")


def test_a_tagger_is_no_encoder(model_folder: Path) -> None:
    with pytest.raises(InputError, match="is a tagger or a classifier: expected the folder of an encoder"):
        load_encoder(str(model_folder))


def test_a_truncated_weights_file_is_one_sentence(encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(encoder_folder, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="can't load the encoder"):
        load_encoder(str(folder))


def test_weights_under_other_names_are_refused_rather_than_replaced_by_random_ones(
    encoder_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(encoder_folder, tmp_path / "student")
    weights = load_file(tmp_path / "student" / "model.safetensors")
    renamed = {f"student.{name}": tensor for name, tensor in weights.items()}
    save_file(renamed, tmp_path / "student" / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"the weights of .*student don't fit its config\.json"):
        load_encoder(str(tmp_path / "student"))


def test_a_git_lfs_pointer_is_recognised(encoder_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(encoder_folder, tmp_path / "pointer")
    (tmp_path / "pointer" / "model.safetensors").unlink()
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 400000000\n"
    (tmp_path / "pointer" / "pytorch_model.bin").write_text(pointer)
    with pytest.raises(InputError, match="git lfs pull"):
        load_encoder(str(tmp_path / "pointer"))


def test_a_hub_name_without_a_network_names_the_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.model.hub_connection.hub_is_reachable", lambda: False)
    with pytest.raises(InputError, match="HF_ENDPOINT"):
        load_encoder("nobody/no-such-encoder")


def test_the_characters_come_without_the_weights(encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(encoder_folder, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    characters = load_characters(str(folder))
    assert characters.encode("王们 x").tolist() == load_encoder(str(encoder_folder))[1].encode("王们 x").tolist()
    assert load_characters("mini-zh").unknown("王小明") == 0
    with pytest.raises(InputError, match="is not a folder"):
        load_characters(str(tmp_path / "none"))
