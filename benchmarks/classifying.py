"""Compare a classifier with n-grams of characters and a linear model: `python benchmarks/classifying.py DATA WORK`.

Both learn from the same texts. Dev chooses the epoch of the classifier and the strength of the linear model; test only
tells how good they are. Then the classifier is timed in turn with a pipeline of transformers with the same encoder.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from time import perf_counter
from typing import Annotated, Any

import torch
import typer
from machine import machine
from rich.console import Console
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from timing import in_turn
from transformers import BertForSequenceClassification, BertTokenizerFast, pipeline

from ner import Classifier, LabelledData, read_labelled_data, train_classifier
from ner.built_in import ENCODER_FOLDER
from ner.choices import BUILT_IN_ENCODER
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.labelled_text import LabelledSplit
from ner.cpu_settings import set_up_libraries
from ner.model.quiet_transformers import quiet_transformers

_STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # C of LogisticRegression


def main(
    data: Annotated[Path, typer.Argument(help="Folder with train and test, and maybe dev, of texts or pairs.")],
    work: Annotated[Path, typer.Argument(help="Folder for the classifiers. Those that it has are not trained again.")],
    texts: Annotated[
        int, typer.Option(help="Maximum number of texts of train. Dev has a quarter as many.")
    ] = 1_000_000,
    seeds: Annotated[int, typer.Option(help="Number of seeds of the classifier.")] = 3,
    epochs: Annotated[int | None, typer.Option(help="Epochs of the classifier.")] = None,
    encoder: Annotated[str, typer.Option(help="Encoder of the classifier.")] = BUILT_IN_ENCODER,
    timed: Annotated[int, typer.Option(help="Maximum number of texts of test that are timed; 0 for none.")] = 256,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each side is timed.")] = 5,
    threads: Annotated[int, typer.Option(help="Number of threads of PyTorch.")] = 1,
) -> None:
    """Print accuracy and macro F1 on test of both, and the speed of the classifier beside a pipeline."""
    set_up_libraries()
    torch.set_num_threads(threads)
    console = Console(soft_wrap=True)
    console.print(f"{machine('torch', 'transformers', 'scikit-learn')}; {threads} threads")
    whole = read_labelled_data(data)
    found = replace(
        whole,
        train=replace(whole.train, texts=whole.train.texts[:texts]),
        dev=replace(whole.dev, texts=whole.dev.texts[: texts // 4]),
    )
    assert found.test is not None, "expected DATA to have test"
    for split in found.splits:
        console.print(f"{split.name}: {len(split.texts):,} texts, {split.characters:,} characters")
    console.print(f"n-grams, linear: {_linear(found)}")
    if len(whole.train.texts) > texts:
        console.print(f"n-grams, linear, all {len(whole.train.texts):,} texts of train: {_linear(whole)}")
    scores = []
    for seed in range(1, seeds + 1):
        folder = work / f"{data.name}-{len(found.train.texts)}-{Path(encoder).name}-{epochs}-{seed}"
        if not (folder / "model.safetensors").exists():
            began = perf_counter()
            train_classifier(found, folder, ClassifierSettings(encoder=encoder, epochs=epochs, seed=seed))
            console.print(f"seed {seed}: {(perf_counter() - began) / 60:.1f} minutes")
        result = Classifier.load(folder).evaluate(found.test)
        scores.append((result.accuracy, result.macro_f1))
        console.print(f"seed {seed}: accuracy {result.accuracy:.2f}, macro F1 {result.macro_f1:.2f}")
    for name, values in zip(("accuracy", "macro F1"), zip(*scores, strict=True), strict=True):
        spread = f" ± {stdev(values):.2f}" if seeds > 1 else ""
        console.print(f"classifier, {seeds} seeds: {name} {mean(values):.2f}{spread}")
    if timed:
        console.print(_compare_speed(Classifier.load(folder), encoder, found.test, timed, rounds))


def _linear(data: LabelledData) -> str:
    """Train n-grams of 1 to 3 characters with a linear model; dev chooses its strength."""
    began = perf_counter()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    vectorizer.fit(part for text in data.train.texts for part in text.content if part is not None)
    train, dev, test = ((_features(vectorizer, split), _labels(split)) for split in data.splits)
    models = [LogisticRegression(C=strength, max_iter=1000).fit(*train) for strength in _STRENGTHS]
    best = max(models, key=lambda model: f1_score(dev[1], model.predict(dev[0]), average="macro"))
    predicted = best.predict(test[0])
    accuracy = 100 * mean(one == other for one, other in zip(test[1], predicted, strict=True))
    macro = 100 * f1_score(test[1], predicted, average="macro")
    minutes = (perf_counter() - began) / 60
    return f"accuracy {accuracy:.2f}, macro F1 {macro:.2f} (C={best.C:g}, {minutes:.1f} minutes)"


def _features(vectorizer: TfidfVectorizer, split: LabelledSplit) -> csr_matrix:
    """The n-grams of texts; of pairs, those that both texts have and those that differ."""
    first = vectorizer.transform([text.text for text in split.texts])
    if split.texts[0].pair is None:
        return first
    second = vectorizer.transform([text.pair or "" for text in split.texts])
    return hstack([first.multiply(second), abs(first - second)]).tocsr()


def _labels(split: LabelledSplit) -> list[str]:
    return [text.labels[0] for text in split.texts]


def _compare_speed(classifier: Classifier, encoder: str, test: LabelledSplit, timed: int, rounds: int) -> str:
    """Time the prediction of texts, and that of a pipeline with batches of 32 that cuts them to 512 tokens."""
    chosen = test.texts[:timed]
    ours: Sequence[Any] = [text.text if text.pair is None else text.content for text in chosen]
    theirs = [text.text if text.pair is None else {"text": text.text, "text_pair": text.pair} for text in chosen]
    with quiet_transformers():
        name = str(ENCODER_FOLDER) if encoder == BUILT_IN_ENCODER else encoder
        model = BertForSequenceClassification.from_pretrained(name, num_labels=len(classifier.labels))
        tokenizer = BertTokenizerFast.from_pretrained(name)
        other: Any = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
        options = {"batch_size": 32, "truncation": True, "max_length": 512}
        times = in_turn(lambda: classifier.predict(ours), lambda: other(theirs, **options), rounds)
    return (
        f"{len(chosen):,} texts: {len(chosen) / times.seconds:,.0f} a second, the pipeline "
        f"{len(chosen) / times.other_seconds:,.0f}: {times.ratio:.1f} times as fast "
        f"(quartiles {times.low:.1f} to {times.high:.1f})"
    )


if __name__ == "__main__":
    typer.run(main)
