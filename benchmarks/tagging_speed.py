"""Compare the speed of tagging with a pipeline of transformers, in turn in one process."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from machine import machine
from rich.console import Console
from timing import in_turn
from transformers import BertConfig, BertForTokenClassification, BertModel, BertTokenizerFast, pipeline

from ner import Tagger
from ner.built_in import ENCODER_FOLDER
from ner.characters.window_batches import window_batches
from ner.data.corpus import read_split
from ner.model.model_folder import save_model
from ner.model.quiet_transformers import quiet_transformers
from ner.records.entity_writers import JsonLinesWriter
from ner.records.record import Record
from ner.tagging.tag_records import tag_records
from ner.tagging.torch_engine import NetworkEngine
from ner.training.starting_network import build_model
from ner.training.training_settings import TrainingSettings

# Random weights would find entities everywhere. With this bias, most characters are outside, as in real text.
_BIAS_OF_OUTSIDE = 10.0
_PEAK = (4096, 1024, 4096)  # the sizes of a matrix product that is large enough to be fast and fits into caches


def main(
    data: Annotated[Path, typer.Argument(help="Data folder. Its test sentences are tagged.")] = Path("data_demo"),
    encoder: Annotated[str, typer.Option(help="mini-zh, or base: BERT-base with random weights.")] = "mini-zh",
    sentences: Annotated[int, typer.Option(help="Maximum number of sentences.")] = 256,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each side is timed.")] = 5,
    threads: Annotated[int, typer.Option(help="Number of threads of PyTorch.")] = 2,
) -> None:
    """Time tagging to JSON lines, and a token-classification pipeline with batches of 32."""
    torch.set_num_threads(threads)
    console = Console(soft_wrap=True)
    texts = [sentence.text for sentence in read_split(data, "test").sentences][:sentences]
    characters = sum(map(len, texts))
    console.print(f"{machine('torch', 'transformers')}; {threads} threads")
    console.print(f"{encoder}: {len(texts):,} sentences, {characters:,} characters")
    with tempfile.TemporaryDirectory() as folder, quiet_transformers():
        name = str(_random_base(Path(folder))) if encoder == "base" else encoder
        tagger = _tagger(name, Path(folder))
        theirs = _pipeline(str(ENCODER_FOLDER) if encoder == "mini-zh" else name)
        times = in_turn(lambda: _tag(tagger, texts), lambda: theirs(texts, batch_size=32), rounds)
        ours, other = (characters / seconds for seconds in (times.seconds, times.other_seconds))
        console.print(f"characters per second: {ours:,.0f}, the pipeline {other:,.0f}")
        console.print(f"{times.ratio:.1f} times as fast (quartiles {times.low:.1f} to {times.high:.1f})")
        _show_shares(tagger, texts, rounds, console)


def _random_base(folder: Path) -> Path:
    """An encoder of the size of BERT-base, with random weights and the characters of the built-in encoder."""
    tokenizer = BertTokenizerFast.from_pretrained(ENCODER_FOLDER)
    BertModel(BertConfig(vocab_size=len(tokenizer))).save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    return folder / "base"


@torch.no_grad()
def _tagger(encoder: str, folder: Path) -> Tagger:
    model, table = build_model(["LOC", "ORG", "PER"], TrainingSettings(encoder=encoder))
    model.classifier.bias[model.config.labels.index("O")] += _BIAS_OF_OUTSIDE
    save_model(model, table, folder / "tagger")
    return Tagger.load(folder / "tagger")


@torch.no_grad()
def _pipeline(encoder: str) -> Any:
    labels = dict(enumerate(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]))
    model = BertForTokenClassification.from_pretrained(encoder, id2label=labels)
    model.classifier.bias[0] += _BIAS_OF_OUTSIDE
    tokenizer = BertTokenizerFast.from_pretrained(encoder)
    return pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu")


def _tag(tagger: Tagger, texts: Sequence[str]) -> None:
    records = (Record("", line, text) for line, text in enumerate(texts, 1))
    tag_records(tagger, records, JsonLinesWriter(io.StringIO()))


def _show_shares(tagger: Tagger, texts: Sequence[str], rounds: int, console: Console) -> None:
    """Print the share of time outside the encoder, and the share of peak speed that the encoder reaches."""
    assert isinstance(tagger.engine, NetworkEngine)
    engine, encoder = tagger.engine, tagger.engine.model.encoder
    batches = [
        (torch.from_numpy(batch.input_ids), torch.from_numpy(batch.attention_mask))
        for batch in window_batches(texts, tagger.table, engine.window)
    ]

    def encode() -> None:
        with engine.inference():
            for input_ids, attention_mask in batches:
                encoder(input_ids=input_ids, attention_mask=attention_mask)

    whole = in_turn(encode, lambda: _tag(tagger, texts), rounds)
    console.print(
        f"outside the encoder: {1 - 1 / whole.ratio:.0%} of the time "
        f"(quartiles {1 - 1 / whole.low:.0%} to {1 - 1 / whole.high:.0%})"
    )
    dtype = torch.bfloat16 if engine.precision == "bf16" else torch.float32
    rows, inner, columns = _PEAK
    left, right = torch.randn(rows, inner, dtype=dtype), torch.randn(columns, inner, dtype=dtype)
    done = in_turn(encode, lambda: torch.nn.functional.linear(left, right), rounds)
    weights = sum(p.numel() for layer in encoder.encoder.layer for p in layer.parameters() if p.ndim == 2)
    # A multiplication and an addition for each weight and character. Padding and attention are not counted.
    useful = 2 * weights * sum(map(len, texts)) / done.seconds
    peak = 2 * rows * inner * columns / done.other_seconds
    product = f"a {engine.precision} matrix product {peak / 1e9:,.0f}"
    console.print(f"encoder: {useful / 1e9:,.0f} GFLOPS, {product}: {useful / peak:.0%}")


if __name__ == "__main__":
    typer.run(main)
