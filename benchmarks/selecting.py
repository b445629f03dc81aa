"""Simulate choosing texts to label: `python benchmarks/selecting.py DATA WORK`.

The labels of train are hidden. A first part is labelled at random. Then each round trains a tagger, chooses texts of
the rest with it, and takes their labels from the data. Strategies are compared by the number of characters that are
labelled when a tagger reaches a share of the F1 of all labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple, cast

import numpy as np
import typer
from machine import machine
from rich.console import Console
from rich.table import Table

from ner import Corpus, SelectSettings, Sentence, Tagger, Trainer, TrainingSettings, read_corpus, select_texts
from ner.cpu_settings import set_up_libraries
from ner.pages.plotting import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, new_figure, style_axes
from ner.selecting.select_settings import Strategy

ALL, RANDOM = "all", "random"


def main(
    data: Annotated[Path, typer.Argument(help="Folder with train, dev and test.")],
    work: Annotated[Path, typer.Argument(help="Folder for the models. Those that it has are not trained again.")],
    strategies: Annotated[str, typer.Option(help="Strategies of select, or random.")] = "random,mixed",
    seeds: Annotated[int, typer.Option(help="Number of seeds.")] = 3,
    shares: Annotated[
        str, typer.Option(help="Labelled shares of train after each round.")
    ] = "0.02,0.04,0.08,0.16,0.32",
    goal: Annotated[float, typer.Option(help="Share of the F1 of all labels that is to be reached.")] = 0.95,
    epochs: Annotated[int, typer.Option(help="Epochs with all labels. With fewer labels there are more.")] = 5,
    mode: Annotated[str, typer.Option(help="How the encoder is trained.")] = "frozen",
    plot: Annotated[Path | None, typer.Option(help="File for the learning curves, .png or .svg.")] = None,
) -> None:
    """Simulate the rounds, and compare the strategies."""
    set_up_libraries()
    console = Console(soft_wrap=True)
    console.print(machine("torch", "scikit-learn"))
    corpus = read_corpus(data)
    steps = [float(share) for share in shares.split(",")]
    curves: dict[str, list[list[_Round]]] = {strategy: [] for strategy in (ALL, *strategies.split(","))}
    for seed in range(1, seeds + 1):
        settings = TrainingSettings(mode=mode, epochs=epochs, seed=seed)
        for strategy, runs in curves.items():
            runs.append([*_simulate(corpus, settings, strategy, steps, work)])
            shown = ", ".join(f"{one.characters:,} {one.f1:.2f}" for one in runs[-1])
            console.print(f"{strategy}, seed {seed}: characters and F1 {shown}")
    console.print(_compare(curves, goal))
    if plot is not None:
        _draw(curves, plot)


class _Round(NamedTuple):
    """The number of labelled characters, and the F1 on test of a tagger that was trained on them."""

    characters: int
    f1: float


def _simulate(
    corpus: Corpus, settings: TrainingSettings, strategy: str, shares: Sequence[float], work: Path
) -> Iterator[_Round]:
    pool = {sentence.text: sentence for sentence in corpus.train.sentences if sentence.text.strip()}
    total = sum(map(len, pool))
    texts = [*pool]
    np.random.default_rng(settings.seed).shuffle(texts)  # all strategies begin with the same texts
    labelled: list[str] = []
    tagger: Tagger | None = None
    for share in [1.0] if strategy == ALL else shares:
        budget = int(share * total) - sum(map(len, labelled))
        order = [text for text in texts if text not in {*labelled}]
        if tagger is not None and strategy != RANDOM:
            count = round(budget / (total / len(pool)))
            chosen = select_texts(
                tagger,
                order,
                SelectSettings(count=count, strategy=cast(Strategy, strategy), seed=settings.seed),
                labelled=labelled,
            )
            # Chosen texts can be shorter than usual: then random ones follow.
            order = [*dict.fromkeys([*(one.record.text for one in chosen), *order])]
        while budget > 0 and order:
            labelled.append(order.pop(0))
            budget -= len(labelled[-1])
        folder = work / f"{strategy}-{settings.seed}-{share}"
        tagger = _train(corpus, [pool[text] for text in labelled], settings, folder)
        assert tagger.record is not None
        yield _Round(sum(map(len, labelled)), tagger.record["scores"]["test"]["conlleval"]["f1"])


def _train(corpus: Corpus, sentences: Sequence[Sentence], settings: TrainingSettings, folder: Path) -> Tagger:
    """A tagger of these sentences. The fewer they are, the more often they are read, for enough steps."""
    if not (folder / "model.safetensors").exists():
        times = (len(corpus.train.sentences) / len(sentences)) ** 0.5
        part = Corpus.from_sentences(sentences, corpus.dev.sentences, corpus.test and corpus.test.sentences)
        Trainer(replace(settings, epochs=round(settings.epochs * times)), train=part, output=folder).train()
    return Tagger.load(folder)


def _needed(rounds: Sequence[_Round], f1: float) -> float:
    """The characters with which `f1` is reached, interpolated between rounds; NaN if it is not reached."""
    for before, after in pairwise([_Round(0, 0.0), *rounds]):
        if after.f1 >= f1:
            return float(np.interp(f1, [before.f1, after.f1], [before.characters, after.characters]))
    return float("nan")


def _compare(curves: Mapping[str, Sequence[Sequence[_Round]]], goal: float) -> Table:
    """For each strategy, what is needed in each seed, and its mean as a share of what random choice needs."""
    table = Table("strategy", f"characters for {goal:.0%} of the F1 of all labels", "mean", "of random")
    targets = [goal * run[0].f1 for run in curves[ALL]]
    needed = {
        strategy: [_needed(run, f1) for run, f1 in zip(runs, targets, strict=True)] for strategy, runs in curves.items()
    }
    for strategy, each in needed.items():
        if strategy != ALL:
            share = np.mean(each) / np.mean(needed[RANDOM]) if RANDOM in needed else float("nan")
            table.add_row(strategy, ", ".join(f"{n:,.0f}" for n in each), f"{np.mean(each):,.0f}", f"{share:.0%}")
    return table


def _draw(curves: Mapping[str, Sequence[Sequence[_Round]]], plot: Path) -> None:
    """Draw the mean F1 of each strategy, and the range over the seeds."""
    figure = new_figure(6, 4)
    axes = figure.subplots()
    for (strategy, runs), colour in zip(curves.items(), (GREEN, BLUE, ORANGE, RED, SKY, PURPLE), strict=False):
        f1 = np.array([[one.f1 for one in run] for run in runs])
        if strategy == ALL:
            axes.axhline(f1.mean(), linestyle="--", color=colour, label="all labels")
            continue
        characters = np.mean([[one.characters for one in run] for run in runs], axis=0)
        axes.plot(characters, f1.mean(axis=0), marker="o", label=strategy, color=colour)
        axes.fill_between(characters, f1.min(axis=0), f1.max(axis=0), alpha=0.2, color=colour)
    axes.set(xlabel="labelled characters", ylabel="F1 on test", xscale="log")
    axes.legend()
    style_axes(figure)
    figure.savefig(plot)


if __name__ == "__main__":
    typer.run(main)
