"""Pretraining: from unlabelled text and settings to the folder of an encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn
from transformers import set_seed

from ner.errors import InterruptedRun
from ner.model.hardware import pick_device
from ner.model.load_encoder import MaskedLanguageModel
from ner.model.quiet_transformers import quiet_transformers
from ner.pretraining.batch_stream import Batches, held_out_batches
from ner.pretraining.compiling import compile_layers
from ner.pretraining.distillation import Distillation
from ner.pretraining.encoder_output import prepare_output, save_encoder
from ner.pretraining.masked_objective import MaskedCharacters
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.objectives import Objective
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.pretraining_loop import PretrainingLoop, RunState, Task
from ner.pretraining.pretraining_record import describe_run, pretraining_record
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.replaced_objective import ReplacedCharacters
from ner.pretraining.starting_encoder import encoder_of, first_encoder, load_teacher, longest_row, remove_dropout
from ner.pretraining.step_progress import StepProgress
from ner.pretraining.survey import Survey, survey
from ner.pretraining.text_overview import overview
from ner.pretraining.unlabelled_text import Source
from ner.pretraining.vocabulary import add_characters, find_unknown_characters
from ner.pretraining.word_segmenter import Segmenter, segmenter
from ner.quantities import counted
from ner.runs.launched import require_one_process
from ner.runs.progress import Progress, choose_progress
from ner.runs.run_folder import RESUME, UNFINISHED, run_in


@dataclass(frozen=True)
class _Plan:
    """The checked input of a run.

    Args:
        settings: the settings of the run.
        text: the survey of the text.
        encoding: the encoding of the text.
        output: the output folder.
        checkpoint: the checkpoint to continue from, or None.
        progress: shows the progress of the run.
    """

    settings: PretrainingSettings
    text: Survey
    encoding: str
    output: Path
    checkpoint: Path | None
    progress: Progress


@dataclass(frozen=True)
class _Prepared:
    """The encoder with its head, the task to train, and the characters that were added to the vocabulary."""

    language_model: MaskedLanguageModel
    task: Task
    added: list[str]


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
    """Pretrain an encoder on text, and write it into a folder.

    Args:
        sources: the text files.
        settings: the settings of the run.
        output: the folder for the encoder. It must not contain another model.
        encoding: the encoding of the files.
        resume: continue the interrupted run in `output`, if there is one.
        progress: shows the progress of the run.

    Returns:
        The record of the run.

    Raises:
        InputError: the text, the encoder, the teacher or the output folder can't be used, or training failed.
        OSError: the output folder can't be written. The run can be resumed.
        InterruptedRun: the user stopped the run. It can be resumed.
    """
    require_one_process()
    progress = choose_progress(progress)
    starts = segmenter(settings.masking)
    text = survey(sources, encoding, settings.held_out)
    run = describe_run(settings, text)
    with run_in(output, RESUME):
        plan = _Plan(settings, text, encoding, output, prepare_output(output, run, resume), progress)
        if resume and plan.checkpoint is None:
            progress.note(f"note   there is no checkpoint in {output}: the run starts from its beginning")
        prepared = _prepare_encoder(plan)
        batches, held_out = _build_batches(plan, prepared.language_model, starts)
        state = _run_loop(plan, prepared.task, batches, held_out)
        parameters = sum(parameter.numel() for parameter in prepared.task.model.parameters())
        record = pretraining_record(run, state, batches.passes, prepared.added, pick_device(), parameters)
        _save_encoder(plan, prepared.language_model, record)
        return record


def _prepare_encoder(plan: _Plan) -> _Prepared:
    """Build the encoder on its device, add characters of the text, and report an overview of the run."""
    settings = plan.settings
    set_seed(settings.seed)
    language_model = first_encoder(settings)
    unknown = find_unknown_characters(plan.text.characters, language_model.table)
    added = [character for character, _ in unknown[: settings.add_characters]]
    language_model = add_characters(language_model, added, settings.encoder)
    model = remove_dropout(language_model.model)
    objective = nn.Module.to(_objective(language_model, settings), pick_device())
    compiled = settings.compile and compile_layers(model, len(settings.lengths))
    for line in overview(plan.text, language_model, unknown, settings, compiled):
        plan.progress.note(line)
    head_first = language_model.head_is_new or (settings.objective == "replaced" and settings.width is None)
    return _Prepared(language_model, Task(objective, model, head_first), added)


def _build_batches(
    plan: _Plan, language_model: MaskedLanguageModel, starts: Segmenter
) -> tuple[Batches, list[MaskedBatch]]:
    """Build the training batches and the batches of held-out text."""
    settings, text, table = plan.settings, plan.text, language_model.table
    masker = Masker(table, _mask_id(language_model), settings.mask_share)
    passages = Passages(text.files, plan.encoding, settings.held_out, settings.buffer, settings.seed)
    packer = Packer(passages, table, starts)
    batches = Batches(passages, packer, masker, settings.lengths, settings.batch_characters, settings.seed)
    longest = longest_row(language_model.model)
    return batches, held_out_batches(text.held_out, table, starts, masker, longest, settings.batch_characters)


def _run_loop(plan: _Plan, task: Task, batches: Batches, held_out: Sequence[MaskedBatch]) -> RunState:
    """Train until the run is over, and return its final state."""
    show = StepProgress(plan.progress)
    plan.progress.start("pretraining", 1.0)
    loop = PretrainingLoop(task, batches, held_out, plan.settings, plan.output / UNFINISHED, show)
    try:
        finished = loop.run(plan.checkpoint, plan.progress.note)
    finally:
        plan.progress.finish()
    if not finished:
        raise InterruptedRun(
            f"stopped after {counted(loop.state.step, 'step')}, {loop.state.progress:.0%} of the run; {RESUME}"
        )
    return loop.state


def _save_encoder(plan: _Plan, language_model: MaskedLanguageModel, record: dict[str, Any]) -> None:
    """Write the encoder and its record, without the head if the objective didn't train it.

    Loading an encoder without a head reports that the head is new, which is correct for an untrained head.
    """
    model = language_model.model
    saved = model if plan.settings.objective == "masked" else encoder_of(model)
    save_encoder(saved, language_model.tokenizer, language_model.dtype, record, plan.output)


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
