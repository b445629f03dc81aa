"""From unlabelled text and settings to the folder of an encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn
from transformers import PreTrainedModel, set_seed

from ner.errors import InterruptedRun
from ner.model.hardware import pick_device
from ner.model.load_encoder import MaskedLanguageModel
from ner.model.quiet_transformers import quiet_transformers
from ner.pretraining.batch_stream import Batches, held_out_batches
from ner.pretraining.compiling import compile_layers
from ner.pretraining.distillation import Distillation
from ner.pretraining.encoder_output import checkpoint_path, prepare_output, save_encoder
from ner.pretraining.masked_objective import MaskedCharacters
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.objectives import Objective
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.pretraining_loop import PretrainingLoop, RunState
from ner.pretraining.pretraining_record import describe_run, pretraining_record
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.replaced_objective import ReplacedCharacters
from ner.pretraining.starting_encoder import encoder_of, first_encoder, load_teacher, longest_row, remove_dropout
from ner.pretraining.step_progress import StepProgress
from ner.pretraining.survey import Survey, survey
from ner.pretraining.text import Source
from ner.pretraining.text_overview import overview
from ner.pretraining.vocabulary import add_characters, find_unknown_characters
from ner.pretraining.word_segmenter import Segmenter, segmenter
from ner.runs.progress import Progress, choose_progress


@dataclass(frozen=True)
class _Prepared:
    """What is trained: the encoder with its head on its device, what it is to learn, and the characters it got."""

    language_model: MaskedLanguageModel
    objective: Objective
    added: list[str]

    @property
    def model(self) -> PreTrainedModel:
        return self.language_model.model


@quiet_transformers()
def pretrain(
    sources: Sequence[Source],
    settings: PretrainingSettings,
    output: Path,
    *,
    encoding: str = "utf-8",
    resume: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Pretrain an encoder on text and write it into the folder `output`; its record.

    Raises:
        InputError: the text, the encoder, the teacher or the output folder won't do, or training failed.
        OSError: the output folder can't be written; the run can be resumed.
        InterruptedRun: it was stopped by the user; what was learned is saved.
    """
    progress = choose_progress(progress)
    starts = segmenter(settings.masking)
    text = survey(sources, encoding, settings.held_out)
    run = describe_run(settings, text)
    found = prepare_output(output, run, resume)
    if resume and not found:
        progress.note(f"note   no checkpoint in {output}: the run starts from its beginning")
    prepared = _prepare_encoder(text, settings, progress)
    batches, held_out = _build_batches(text, prepared, starts, settings, encoding)
    state = _run_loop(prepared, batches, held_out, settings, output, found, progress)
    return _save_results(prepared, run, state, batches.passes, settings, output)


def _prepare_encoder(text: Survey, settings: PretrainingSettings, progress: Progress) -> _Prepared:
    """The encoder of the settings with characters of the text added, on its device, after a description of the run."""
    set_seed(settings.seed)
    language_model = first_encoder(settings)
    unknown = find_unknown_characters(text.characters, language_model.table)
    added = [character for character, _ in unknown[: settings.add_characters]]
    language_model = add_characters(language_model, added, settings.encoder)
    model = remove_dropout(language_model.model)
    objective = nn.Module.to(_objective(language_model, settings), pick_device())
    compiled = settings.compile and compile_layers(model, len(settings.lengths))
    for line in overview(text, language_model, unknown, settings, compiled):
        progress.note(line)
    return _Prepared(language_model, objective, added)


def _build_batches(
    text: Survey, prepared: _Prepared, starts: Segmenter, settings: PretrainingSettings, encoding: str
) -> tuple[Batches, list[MaskedBatch]]:
    """Batches to learn from, and those to measure by."""
    table = prepared.language_model.table
    masker = Masker(table, _mask_id(prepared.language_model), settings.mask_share)
    passages = Passages(text.files, encoding, settings.held_out, settings.buffer, settings.seed)
    packer = Packer(passages, table, starts)
    batches = Batches(passages, packer, masker, settings.lengths, settings.batch_characters, settings.seed)
    longest = longest_row(prepared.model)
    return batches, held_out_batches(text.held_out, table, starts, masker, longest, settings.batch_characters)


def _run_loop(
    prepared: _Prepared,
    batches: Batches,
    held_out: Sequence[MaskedBatch],
    settings: PretrainingSettings,
    output: Path,
    resume: bool,
    progress: Progress,
) -> RunState:
    """Train until the run is over; the state at its end."""
    progress.start("pretraining", 1.0)
    head_first = prepared.language_model.head_is_new or (settings.objective == "replaced" and settings.width is None)
    loop = PretrainingLoop(
        prepared.objective,
        prepared.model,
        batches,
        held_out,
        settings,
        head_first,
        checkpoint_path(output),
        StepProgress(progress),
    )
    try:
        finished = loop.run(resume=resume)
    finally:
        progress.finish()
    if not finished:
        raise InterruptedRun(
            f"stopped after {loop.state.step:,} steps, {loop.state.progress:.0%} of the run; "
            "run it again with `resume` to continue"
        )
    return loop.state


def _save_results(
    prepared: _Prepared,
    run: dict[str, Any],
    state: RunState,
    passes: list[int],
    settings: PretrainingSettings,
    output: Path,
) -> dict[str, Any]:
    """Write the encoder and its record; the record."""
    model, language_model = prepared.model, prepared.language_model
    parameters = sum(parameter.numel() for parameter in model.parameters())
    record = pretraining_record(run, state, passes, prepared.added, pick_device(), parameters)
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
