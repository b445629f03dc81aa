"""The output folder of a pretraining run: an encoder in the format of transformers, and the record of the run.

Until the run is finished, its settings and its checkpoint are in the subfolder `unfinished-run`.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers.models import WordPiece
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ner.files import grant_usual_rights, write_json
from ner.pretraining.run_checkpoint import CHECKPOINT
from ner.runs.checkpoints import (
    MANIFEST,
    checkpoint_folder,
    find_damage,
    find_whole,
    list_checkpoints,
    no_whole_checkpoint,
    seal_old,
)
from ner.runs.run_folder import UNFINISHED, begin_run, end_run, require_no_model, require_resumable

RECORD = "pretraining.json"
_CONFIG, _VOCABULARY = "config.json", "vocab.txt"
_WRITTEN = (_CONFIG, _VOCABULARY, RECORD, "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def prepare_output(output: Path, run: dict[str, Any], resume: bool) -> Path | None:
    """Check that a run may write into `output`, and prepare it. Existing files stay.

    Args:
        output: the output folder.
        run: the `settings` and the `data` of the run.
        resume: whether to continue an interrupted run.

    Returns:
        The folder of the checkpoint to continue from; None if the run starts from its beginning.

    Raises:
        InputError: the folder contains a model or another run, or can't be written.
    """
    unfinished = output / UNFINISHED
    old = unfinished / CHECKPOINT  # where version 0.1.0 wrote it
    if old.exists() or any((folder / MANIFEST).exists() for folder in list_checkpoints(unfinished)):
        if not require_resumable(output, run, resume, "text has"):
            _adopt_old(old)
            begin_run(output, run)  # now with a format version
        checkpoint = find_whole(unfinished, lambda folder: find_damage(folder, [CHECKPOINT]))
        if checkpoint is not None:
            return checkpoint
    require_no_model(output, _WRITTEN)
    begin_run(output, run)
    return None


def save_encoder(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    dtype: torch.dtype,
    record: dict[str, Any],
    output: Path,
) -> None:
    """Write an encoder and its record into `output`, and remove the files that only an unfinished run needs.

    The configuration is written last, so a folder with a configuration contains a complete encoder.

    Args:
        model: the encoder, with or without its head.
        tokenizer: its tokenizer.
        dtype: the data type of the saved weights.
        record: the record of the run.
        output: the output folder.

    Raises:
        OSError: the folder can't be written. The run can be resumed.
    """
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=output) as name:
        partial = Path(name)
        try:
            nn.Module.to(model, dtype).save_pretrained(partial)
        except SafetensorError as error:  # the library raises it if the disk is full
            raise OSError(f"can't write the weights into {output}: {error}") from error
        tokenizer.save_pretrained(partial)
        if isinstance(tokenizer.backend_tokenizer.model, WordPiece):
            (partial / _VOCABULARY).write_text("\n".join(_entries(tokenizer)) + "\n", encoding="utf-8")
        write_json(record, partial / RECORD)
        for file in sorted(partial.iterdir(), key=lambda file: file.name == _CONFIG):
            grant_usual_rights(file)  # only its owner can read a file of safetensors
            os.replace(file, output / file.name)
    end_run(output)


def _adopt_old(path: Path) -> None:
    """Give the checkpoint of version 0.1.0 a folder and a manifest."""
    folder = checkpoint_folder(path.parent, 0)
    if path.exists():
        folder.mkdir(exist_ok=True)
        path.replace(folder / CHECKPOINT)
    if reason := seal_old(folder, [CHECKPOINT]):
        raise no_whole_checkpoint(folder, reason)


def _entries(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """The vocabulary in the order of ids. Duplicates in a vocabulary file leave unused ids, which get placeholders."""
    entries = {index: token for token, index in tokenizer.get_vocab().items()}
    return [entries.get(index, f"[unused-{index}]") for index in range(max(entries) + 1)]
