"""From unlabelled text and settings to the folder of an encoder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from torch import nn
from transformers import set_seed

from ner.errors import InterruptedRun
from ner.model.hardware import pick_device
from ner.model.load_encoder import MaskedLanguageModel
from ner.model.quiet_transformers import quiet_transformers
from ner.pretraining.batch_stream import Batches, held_out_batches
from ner.pretraining.compiling import compile_layers
from ner.pretraining.distillation import Distillation
from ner.pretraining.encoder_output import checkpoint_path, prepare_output, save_encoder
from ner.pretraining.masked_objective import MaskedCharacters
from ner.pretraining.masking import Masker
from ner.pretraining.objectives import Objective
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.pretrainer import Pretrainer
from ner.pretraining.pretraining_record import describe_run, pretraining_record
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.replaced_objective import ReplacedCharacters
from ner.pretraining.starting_encoder import encoder_of, first_encoder, load_teacher, longest_row, remove_dropout
from ner.pretraining.step_progress import ShowPretraining
from ner.pretraining.survey import survey
from ner.pretraining.text import Source
from ner.pretraining.text_overview import overview
from ner.pretraining.vocabulary import add_characters, find_unknown_characters
from ner.pretraining.word_segmenter import segmenter


@quiet_transformers()
def pretrain(
    sources: Sequence[Source],
    settings: PretrainingSettings,
    output: Path,
    *,
    encoding: str = "utf-8",
    resume: bool = False,
    console: Console | None = None,
) -> dict[str, Any]:
    """Pretrain an encoder on text and write it into the folder `output`; its record.

    Progress is shown on `console`, if there is one.

    Raises:
        InputError: the text, the encoder, the teacher or the output folder won't do, or training came to nothing.
        OSError: the output folder can't be written; the run can be resumed.
        InterruptedRun: it was stopped by the user; what was learned is saved.
    """
    console = console or Console(quiet=True)
    starts = segmenter(settings.masking)
    text = survey(sources, encoding, settings.held_out)
    run = describe_run(settings, text)
    found = prepare_output(output, run, resume)
    if resume and not found:
        console.print(f"note   no checkpoint in {output}: the run starts from its beginning", highlight=False)
    set_seed(settings.seed)
    language_model = first_encoder(settings)
    unknown = find_unknown_characters(text.characters, language_model.table)
    added = [character for character, _ in unknown[: settings.add_characters]]
    language_model = add_characters(language_model, added, settings.encoder)
    model, table = remove_dropout(language_model.model), language_model.table
    device = pick_device()
    objective = nn.Module.to(_objective(language_model, settings), device)
    compiled = settings.compile and compile_layers(model, len(settings.lengths))
    for line in overview(text, language_model, unknown, settings, compiled):
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    masker = Masker(table, _mask_id(language_model), settings.mask_share)
    passages = Passages(text.files, encoding, settings.held_out, settings.buffer, settings.seed)
    packer = Packer(passages, table, starts)
    batches = Batches(passages, packer, masker, settings.lengths, settings.batch_characters, settings.seed)
    show = ShowPretraining(console)
    trainer = Pretrainer(
        objective,
        model,
        batches,
        held_out_batches(text.held_out, table, starts, masker, longest_row(model), settings.batch_characters),
        settings,
        language_model.head_is_new or (settings.objective == "replaced" and settings.width is None),
        checkpoint_path(output),
        show,
    )
    try:
        finished = trainer.run(resume=found)
    finally:
        show.stop()
    state = trainer.state
    if not finished:
        raise InterruptedRun(
            f"stopped after {state.step:,} steps, {state.progress:.0%} of the run; the same command with --resume "
            "goes on"
        )
    parameters = sum(parameter.numel() for parameter in model.parameters())
    record = pretraining_record(run, state, batches.passes, added, device, parameters)
    # A head that nobody trained is better absent: who loads the encoder with one is told that it is new.
    result = model if settings.objective == "masked" else encoder_of(model)
    save_encoder(result, language_model.tokenizer, language_model.dtype, record, output)
    return record


def _objective(language_model: MaskedLanguageModel, settings: PretrainingSettings) -> Objective:
    model, table = language_model.model, language_model.table
    if settings.objective == "replaced":
        return ReplacedCharacters(model, table)
    if settings.teacher is None:
        return MaskedCharacters(model)
    teacher = load_teacher(settings.teacher)
    nn.Module.to(teacher.model, pick_device())
    return MaskedCharacters(model, Distillation(teacher, model, table, _mask_id(language_model)))


def _mask_id(language_model: MaskedLanguageModel) -> int:
    mask = language_model.tokenizer.mask_token_id
    assert isinstance(mask, int)
    return mask
