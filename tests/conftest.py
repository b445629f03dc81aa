"""A tiny encoder and a tiny corpus, made here, so that every test runs offline in seconds.

PyTorch is imported where it is needed: the process that only hands out the tests starts the others at once.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from ner.data.corpus import Corpus, read_corpus
from ner.training.training_settings import TrainingSettings
from tests.helpers.program import started_program

if TYPE_CHECKING:
    from ner.tagging.tagger import Tagger

# A first example that imports something heavy would miss any deadline.
hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.load_profile("default")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what modules hold: each training run calls it, and it took a third of their time."""
    gc.freeze()


CHARACTERS = list(
    "的一是不了在人有我他，。！？北京大学上海王小明张伟李去来看书和校生先老师中国公司长江0123456789abcABC"
)
SENTENCES = [
    ("王小明在北京大学看书。", "B-PER I-PER I-PER O B-ORG I-ORG I-ORG I-ORG O O O"),
    ("张伟去上海。", "B-PER I-PER O B-LOC I-LOC O"),
    ("我不去。", "O O O O"),
    ("李老师来北京了！", "B-PER O O O B-LOC I-LOC O O"),
    ("中国公司有人来？", "B-LOC I-LOC O O O O O O"),
    ("长江是大江。", "B-LOC I-LOC O O O O"),
    ("上海大学的学生在看书。", "B-ORG I-ORG I-ORG I-ORG O O O O O O O"),
    ("王小明和张伟是学生。", "B-PER I-PER I-PER O B-PER I-PER O O O O"),
]


def conll(sentences: list[tuple[str, str]]) -> str:
    """Sentences and their tags as the text of a CoNLL file."""
    return "\n".join(
        "".join(f"{character} {tag}\n" for character, tag in zip(text, tags.split(), strict=True))
        for text, tags in sentences
    )


def pytest_configure() -> None:
    """Take Ctrl-C and SIGHUP, as the commands that are started here must, also under nohup or in the background."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        if hasattr(signal, name) and signal.getsignal(number := getattr(signal, name)) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Let PyTorch use one thread in each test, as it does in a forked copy: the same steps give the same weights."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _keep_conversions(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Convert each network to ONNX once, for all workers of pytest."""
    from tests.helpers.kept_conversions import FOLDER, keep_conversions

    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "conversions"
    folder.mkdir(exist_ok=True)
    os.environ[FOLDER] = str(folder)
    keep_conversions()


@pytest.fixture(scope="session")
def bert_ner() -> Iterator[list[str]]:
    """The beginning of a command line of real processes that needn't import PyTorch first."""
    with started_program() as line:
        yield line


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two layers with a WordPiece vocabulary, as transformers saves it."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("encoder") / "tiny-bert"
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused1]", "##们", *dict.fromkeys(CHARACTERS)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus, with train, dev and test alike: good for seeing that something is learned, not how well."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("train", "dev", "test"):
        (folder / f"{name}.txt").write_text(conll(SENTENCES), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def corpus(data_folder: Path) -> Corpus:
    return read_corpus(data_folder, seed=1)


@pytest.fixture(scope="session")
def settings(encoder_folder: Path) -> TrainingSettings:
    """Settings under which the tiny corpus is learned by heart in a second or two."""
    return TrainingSettings(
        encoder=str(encoder_folder),
        lstm_size=16,
        dropout=0.0,
        epochs=30,
        batch_size=4,
        learning_rate=2e-3,
        head_learning_rate=2e-2,
        max_length=64,
        precision="fp32",
        patience=30,
    )


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory, corpus: Corpus, settings: TrainingSettings) -> Path:
    """A tagger that has learned the tiny corpus by heart."""
    from ner.training.train import train

    folder = tmp_path_factory.mktemp("model") / "tagger"
    train(corpus, settings, folder)
    return folder


@pytest.fixture(scope="session")
def tagger(model_folder: Path) -> Tagger:
    from ner.tagging.tagger import Tagger

    return Tagger.load(model_folder, "fp32")


@pytest.fixture
def quick(settings: TrainingSettings) -> Callable[..., TrainingSettings]:
    """The settings for a run of four steps an epoch that soon finds something, with changes."""

    def change(**changes: object) -> TrainingSettings:
        return replace(settings, **{"epochs": 2, "batch_size": 2, "head_learning_rate": 0.05, **changes})

    return change
