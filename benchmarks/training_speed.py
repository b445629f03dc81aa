"""Compare the speed of training with a plain Hugging Face `Trainer`, in turn in one process."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from machine import machine
from rich.console import Console
from rich.table import Table
from timing import in_turn
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from transformers import (
    BertForTokenClassification,
    BertTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
)

from ner.built_in import ENCODER_FOLDER
from ner.characters.padding import IGNORED
from ner.data.corpus import Corpus, read_corpus
from ner.data.entities import Sentence
from ner.data.schemes import SCHEMES, entities_to_tags, labels
from ner.model.quiet_transformers import quiet_transformers
from ner.training.length_sampler import LengthSampler
from ner.training.starting_network import build_model
from ner.training.tagger_trainer import TaggerTrainer
from ner.training.training_examples import Collator, Examples, TrainingData
from ner.training.training_settings import TrainingSettings

SETTINGS = TrainingSettings()
SCHEME = SCHEMES["BIO"]

Learn = Callable[[Sequence[Sequence[int]]], None]


@quiet_transformers()
def main(
    data: Annotated[Path, typer.Argument(help="Data folder. Both train on its train sentences.")] = Path("data_demo"),
    sentences: Annotated[int, typer.Option(min=1, help="Number of training sentences of a round.")] = 160,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each is timed.")] = 5,
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of threads of PyTorch; can be repeated.  [default: 1, 2]")
    ] = None,
) -> None:
    """Compare training on the CPU by `bert-ner train` with a plain `Trainer`, both with their defaults.

    The `Trainer` trains BertForTokenClassification with the same encoder, batch size and sentences: once in random
    batches, its default, and once in our batches of similar length.
    """
    console = Console()
    corpus = read_corpus(data, seed=SETTINGS.seed)
    # Only sentences that we neither split nor leave out, so that both train on the same characters.
    whole = [s for s in corpus.train.sentences if 0 < len(s.text) <= SETTINGS.max_length and not s.unknown]
    chosen = torch.randperm(len(whole), generator=torch.Generator().manual_seed(SETTINGS.seed))[:sentences]
    train = [whole[i] for i in chosen]
    lengths = [len(sentence.text) for sentence in train]
    at_random = _batches(range(len(train)))
    by_length = _batches(list(LengthSampler(lengths, SETTINGS.batch_size, SETTINGS.seed)))
    console.print(machine("torch", "transformers", "accelerate"), soft_wrap=True)
    console.print(f"{len(train):,} sentences, {sum(lengths):,} characters, {len(at_random)} batches")
    with TemporaryDirectory() as folder:
        ours = _ours(corpus, train, Path(folder))
        theirs = _theirs(corpus, train, Path(folder))
    for count in threads or (1, 2):
        torch.set_num_threads(count)
        table = Table("", "Trainer, characters/s", "bert-ner", "times as fast", "quartiles", title=f"threads: {count}")
        for name, batches in (("random batches", at_random), ("our batches", by_length)):
            times = in_turn(partial(ours, by_length), partial(theirs, batches), rounds)
            speeds = (f"{sum(lengths) / seconds:,.0f}" for seconds in (times.other_seconds, times.seconds))
            table.add_row(name, *speeds, f"{times.ratio:.1f}", f"{times.low:.1f} to {times.high:.1f}")
        console.print(table)


def _batches(order: Sequence[int]) -> list[Sequence[int]]:
    return [order[i : i + SETTINGS.batch_size] for i in range(0, len(order), SETTINGS.batch_size)]


def _ours(corpus: Corpus, train: Sequence[Sentence], folder: Path) -> Learn:
    model, table = build_model(corpus.types, SETTINGS)
    examples = Examples(train, table, model.config)
    data = TrainingData(examples, corpus.dev.sentences)
    trainer = TaggerTrainer(model, table, data, SETTINGS, folder, [])
    return _learner(trainer, lambda rows: Collator(table)([examples[i] for i in rows]))


def _theirs(corpus: Corpus, train: Sequence[Sentence], folder: Path) -> Learn:
    names = labels(SCHEME, corpus.types)
    model = BertForTokenClassification.from_pretrained(ENCODER_FOLDER, num_labels=len(names), dtype=torch.float32)
    tokenizer = BertTokenizer.from_pretrained(ENCODER_FOLDER)
    examples = [_example(sentence, tokenizer, names) for sentence in train]
    arguments = TrainingArguments(str(folder), per_device_train_batch_size=SETTINGS.batch_size, use_cpu=True)
    collator = DataCollatorForTokenClassification(tokenizer)
    return _learner(Trainer(model, arguments), lambda rows: collator([examples[i] for i in rows]))


def _example(sentence: Sentence, tokenizer: BertTokenizer, names: Sequence[str]) -> dict[str, Any]:
    """Token ids and label ids, made as in the token-classification guide of transformers."""
    tags = entities_to_tags(sentence.entities, len(sentence.text), SCHEME)
    encoded = tokenizer(list(sentence.text), is_split_into_words=True)
    ids = [IGNORED if word is None else names.index(tags[word]) for word in encoded.word_ids()]
    return {"input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"], "labels": ids}


def _learner(trainer: Trainer, collate: Callable[[Sequence[int]], dict[str, Tensor]]) -> Learn:
    """A function that trains one step for each batch, as `trainer.train` does, without logs and checkpoints."""
    trainer.create_optimizer_and_scheduler(num_training_steps=1000)
    trainer.current_gradient_accumulation_steps = 1
    model = trainer.accelerator.prepare_model(trainer.model)  # adds autocast

    def learn(batches: Sequence[Sequence[int]]) -> None:
        for rows in batches:
            trainer.training_step(model, collate(rows))
            clip_grad_norm_(model.parameters(), trainer.args.max_grad_norm)
            trainer.optimizer.step()
            trainer.lr_scheduler.step()
            model.zero_grad()

    return learn


if __name__ == "__main__":
    typer.run(main)
