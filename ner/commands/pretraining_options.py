"""The options of `bert-ner pretrain` that make its settings."""

from typing import Annotated

import typer

from ner.commands.options import NETWORK, RUN, SCHEDULE, Precision
from ner.errors import InputError
from ner.pretraining.pretraining_settings import MaskingName, ObjectiveName, PretrainingSettings

# Of a run without a bound, which only shows the defaults of everything else.
_DEFAULT = PretrainingSettings(steps=1)


def pretraining_settings(
    encoder: Annotated[
        str,
        typer.Option(
            help="What to go on from: mini-zh (built in), a folder, or a name on the Hugging Face hub.",
            rich_help_panel=NETWORK,
        ),
    ] = _DEFAULT.encoder,
    layers: Annotated[
        int | None,
        typer.Option(help="Keep so many of its layers, the lowest.", rich_help_panel=NETWORK, show_default="all"),
    ] = _DEFAULT.layers,
    width: Annotated[
        int | None,
        typer.Option(
            help="Begin with random weights of this width, and --encoder's vocabulary; --layers is 6 there.",
            rich_help_panel=NETWORK,
            show_default="the encoder's weights",
        ),
    ] = _DEFAULT.width,
    heads: Annotated[
        int | None,
        typer.Option(help="Attention heads, with --width.", rich_help_panel=NETWORK, show_default="width / 64"),
    ] = _DEFAULT.heads,
    add_characters: Annotated[
        int,
        typer.Option(
            help="Add so many of the text's characters that it doesn't know, the most frequent.",
            rich_help_panel=NETWORK,
        ),
    ] = _DEFAULT.add_characters,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="A larger encoder to learn from: its guesses and its hidden states.", rich_help_panel=NETWORK
        ),
    ] = _DEFAULT.teacher,
    objective: Annotated[
        ObjectiveName,
        typer.Option(
            help="Guess masked characters, or find those that a small generator replaced (ELECTRA).",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.objective,
    masking: Annotated[
        MaskingName,
        typer.Option(
            help="Mask whole words, which needs the extra named pretrain, or single characters.",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.masking,
    mask_share: Annotated[
        float, typer.Option(help="Share of the characters that is masked.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.mask_share,
    minutes: Annotated[
        float | None, typer.Option(help="End after so many minutes of training.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.minutes,
    steps: Annotated[int | None, typer.Option(help="End after so many steps.", rich_help_panel=SCHEDULE)] = None,
    lengths: Annotated[
        str,
        typer.Option(
            metavar="NUMBER,NUMBER",
            help="Lengths of the rows in characters, one for each batch by chance.",
            rich_help_panel=SCHEDULE,
        ),
    ] = ",".join(map(str, _DEFAULT.lengths)),
    batch_characters: Annotated[
        int, typer.Option(help="Characters a batch, whatever the length of its rows.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.batch_characters,
    accumulate: Annotated[
        int, typer.Option(help="Batches a step, to save memory.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.accumulate,
    learning_rate: Annotated[
        float, typer.Option(help="Highest learning rate.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.learning_rate,
    weight_decay: Annotated[
        float, typer.Option(help="AdamW's weight decay.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.weight_decay,
    warmup: Annotated[
        float,
        typer.Option(
            help="Share of the run in which the learning rate rises; then it falls to 0. A new head takes as long "
            "before the encoder begins.",
            rich_help_panel=SCHEDULE,
        ),
    ] = _DEFAULT.warmup,
    clip: Annotated[
        float, typer.Option(help="Longest gradient; longer ones are scaled down.", rich_help_panel=SCHEDULE)
    ] = _DEFAULT.clip,
    held_out: Annotated[
        float, typer.Option(help="Share of the paragraphs that is measured by and never learned.", rich_help_panel=RUN)
    ] = _DEFAULT.held_out,
    checkpoint_minutes: Annotated[
        float, typer.Option(help="Minutes from checkpoint to checkpoint.", rich_help_panel=RUN)
    ] = _DEFAULT.checkpoint_minutes,
    buffer: Annotated[
        int, typer.Option(help="Passages of 512 characters that are shuffled together.", rich_help_panel=RUN)
    ] = _DEFAULT.buffer,
    compile: Annotated[
        bool,
        typer.Option(
            "--compile",
            help="Compile the layers with torch.compile first, where there is a C++ compiler; worth a try with AMX.",
            rich_help_panel=RUN,
        ),
    ] = _DEFAULT.compile,
    precision: Precision = _DEFAULT.precision,
    seed: Annotated[
        int, typer.Option(help="Seed of new weights, order and masks.", rich_help_panel=RUN)
    ] = _DEFAULT.seed,
) -> PretrainingSettings:
    """All settings of a pretraining run."""
    return PretrainingSettings(
        encoder=encoder,
        layers=layers,
        width=width,
        heads=heads,
        add_characters=add_characters,
        teacher=teacher,
        objective=objective,
        masking=masking,
        mask_share=mask_share,
        minutes=minutes,
        steps=steps,
        lengths=_numbers(lengths),
        batch_characters=batch_characters,
        accumulate=accumulate,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        warmup=warmup,
        clip=clip,
        held_out=held_out,
        checkpoint_minutes=checkpoint_minutes,
        buffer=buffer,
        compile=compile,
        precision=precision,
        seed=seed,
    )


def _numbers(lengths: str) -> tuple[int, ...]:
    try:
        return tuple(int(length) for length in lengths.split(","))
    except ValueError:
        raise InputError(f"expected --lengths as whole numbers between commas, such as 64,128, got {lengths}") from None
