"""The options of `bert-ner train`, `compare` and `tune` that make their settings."""

from pathlib import Path
from typing import Annotated

import typer

from ner.choices import (
    BUILT_IN_TAGGER,
    AdversarialName,
    CellName,
    DecoderName,
    EncoderMode,
    FusionName,
    TaggingScheme,
)
from ner.commands.options import AIDS, NETWORK, RUN, SCHEDULE, Precision
from ner.errors import InputError
from ner.training.settings_file import read_settings
from ner.training.training_settings import TrainingSettings

_DEFAULT = TrainingSettings()


def _use_config(ctx: typer.Context, path: Path | None) -> Path | None:
    """Take the defaults of the other options from a file."""
    if path is not None:
        ctx.default_map = read_settings(path)
    return path


def training_settings(
    config: Annotated[
        Path | None,
        typer.Option(
            help="JSON file of settings by name, as tune writes it; options that are given win over it.",
            rich_help_panel=RUN,
            is_eager=True,
            callback=_use_config,
        ),
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(help="mini-zh (built in), a folder, or a name on the Hugging Face hub.", rich_help_panel=NETWORK),
    ] = _DEFAULT.encoder,
    init_from: Annotated[
        str | None,
        typer.Option(
            help=f"Tagger to go on from, a folder or {BUILT_IN_TAGGER} (built in), with its network and what it knows "
            "of the types that stay.",
            rich_help_panel=NETWORK,
        ),
    ] = _DEFAULT.init_from,
    fusion: Annotated[
        FusionName,
        typer.Option(
            help="How the encoder's layers become one: the last, their mean, the last four side by side, a learned "
            "mix, or attention at each character, by one head or several.",
            rich_help_panel=NETWORK,
        ),
    ] = _DEFAULT.fusion,
    layer_dropout: Annotated[
        float, typer.Option(help="Probability that a learned fusion does without a layer.", rich_help_panel=NETWORK)
    ] = _DEFAULT.layer_dropout,
    cell: Annotated[
        CellName, typer.Option(help="Recurrent cell: BiLSTM or BiGRU.", rich_help_panel=NETWORK)
    ] = _DEFAULT.cell,
    lstm_size: Annotated[
        int, typer.Option(help="Hidden units of the BiLSTM or BiGRU in each direction.", rich_help_panel=NETWORK)
    ] = _DEFAULT.lstm_size,
    lstm_layers: Annotated[
        int, typer.Option(help="Layers of the BiLSTM or BiGRU; 0 for none.", rich_help_panel=NETWORK)
    ] = _DEFAULT.lstm_layers,
    decoder: Annotated[
        DecoderName,
        typer.Option(help="Tags from a CRF, or from a softmax at each character.", rich_help_panel=NETWORK),
    ] = _DEFAULT.decoder,
    label_smoothing: Annotated[
        float, typer.Option(help="Share of the target spread over all tags; for softmax.", rich_help_panel=NETWORK)
    ] = _DEFAULT.label_smoothing,
    scheme: Annotated[
        TaggingScheme,
        typer.Option(help="Tags that the network predicts, whatever the data's are.", rich_help_panel=NETWORK),
    ] = _DEFAULT.scheme,
    dropout: Annotated[
        float, typer.Option(help="Dropout before and after the BiLSTM or BiGRU.", rich_help_panel=NETWORK)
    ] = _DEFAULT.dropout,
    encoder_dropout: Annotated[
        float, typer.Option(help="Dropout inside the encoder.", rich_help_panel=NETWORK)
    ] = _DEFAULT.encoder_dropout,
    max_length: Annotated[
        int,
        typer.Option(
            help="Characters read at once; longer sentences are read in overlapping windows, none is cut off.",
            rich_help_panel=NETWORK,
        ),
    ] = _DEFAULT.max_length,
    mode: Annotated[
        EncoderMode,
        typer.Option(
            help="Whether the encoder learns: all of it, nothing (its features are kept on disk), or from the top "
            "down, more with each epoch.",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.mode,
    layer_decay: Annotated[
        float,
        typer.Option(
            help="Learning rate of an encoder layer over that of the one above; 1 for all alike.",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.layer_decay,
    epochs: Annotated[int, typer.Option(help="Passes over train.", rich_help_panel=SCHEDULE)] = _DEFAULT.epochs,
    max_steps: Annotated[
        int | None, typer.Option(help="End after so many steps, whatever --epochs says.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.max_steps,
    batch_size: Annotated[int, typer.Option(help="Sentences a batch.", rich_help_panel=SCHEDULE)] = _DEFAULT.batch_size,
    accumulate: Annotated[
        int, typer.Option(help="Batches a step, to save memory.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.accumulate,
    learning_rate: Annotated[
        float, typer.Option(help="Highest learning rate of the encoder.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.learning_rate,
    head_learning_rate: Annotated[
        float, typer.Option(help="Highest learning rate of fusion, BiLSTM and CRF.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.head_learning_rate,
    weight_decay: Annotated[
        float, typer.Option(help="AdamW's weight decay.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.weight_decay,
    warmup: Annotated[
        float,
        typer.Option(
            help="Share of the steps in which the learning rate rises; then it falls to 0.", rich_help_panel=SCHEDULE
        ),
    ] = _DEFAULT.warmup,
    clip: Annotated[
        float, typer.Option(help="Longest gradient; longer ones are scaled down.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.clip,
    patience: Annotated[
        int, typer.Option(help="Stop after so many epochs without a better dev F1.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.patience,
    adversarial: Annotated[
        AdversarialName,
        typer.Option(
            help="Learn each batch once more with perturbed embeddings: by one step along the gradient (fgm), or by "
            "several (pgd).",
            rich_help_panel=AIDS,
        ),
    ] = _DEFAULT.adversarial,
    adversarial_epsilon: Annotated[
        float, typer.Option(help="L2 norm of the perturbation.", rich_help_panel=AIDS)
    ] = _DEFAULT.adversarial_epsilon,
    adversarial_steps: Annotated[
        int, typer.Option(help="Steps of pgd; each costs a pass over the batch.", rich_help_panel=AIDS)
    ] = _DEFAULT.adversarial_steps,
    ema: Annotated[
        float,
        typer.Option(
            help="Score and keep a moving average of the weights, with this decay, such as 0.99; 0 for none.",
            rich_help_panel=AIDS,
        ),
    ] = _DEFAULT.ema,
    r_drop: Annotated[
        float,
        typer.Option(
            help="Weight of the divergence between two passes with different dropout (R-Drop); 0 for one pass.",
            rich_help_panel=AIDS,
        ),
    ] = _DEFAULT.r_drop,
    oversample: Annotated[
        float,
        typer.Option(
            help="See sentences more often if they have a type that fewer than this share of sentences have; 0 for no.",
            rich_help_panel=AIDS,
        ),
    ] = _DEFAULT.oversample,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Fit a temperature on dev, so that scores say how often they are right.",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.calibrate,
    precision: Precision = _DEFAULT.precision,
) -> TrainingSettings:
    """All settings of a training run but its seed."""
    try:
        return TrainingSettings(
            encoder=encoder,
            init_from=init_from,
            fusion=fusion,
            layer_dropout=layer_dropout,
            cell=cell,
            lstm_size=lstm_size,
            lstm_layers=lstm_layers,
            decoder=decoder,
            label_smoothing=label_smoothing,
            scheme=scheme,
            dropout=dropout,
            encoder_dropout=encoder_dropout,
            max_length=max_length,
            mode=mode,
            layer_decay=layer_decay,
            epochs=epochs,
            max_steps=max_steps,
            batch_size=batch_size,
            accumulate=accumulate,
            learning_rate=learning_rate,
            head_learning_rate=head_learning_rate,
            weight_decay=weight_decay,
            warmup=warmup,
            clip=clip,
            patience=patience,
            adversarial=adversarial,
            adversarial_epsilon=adversarial_epsilon,
            adversarial_steps=adversarial_steps,
            ema=ema,
            r_drop=r_drop,
            oversample=oversample,
            calibrate=calibrate,
            precision=precision,
        )
    except InputError as error:
        if config is None:
            raise
        raise InputError(f"{error} (of {config} and the options given)") from None
