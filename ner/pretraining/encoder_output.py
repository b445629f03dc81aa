"""The output folder of a pretraining run: an encoder as transformers saves it, with the record of the run.

While a run is not finished, its settings and its checkpoint lie in the folder `unfinished-run` of the output folder.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers.models import WordPiece
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ner.errors import InputError
from ner.files import grant_usual_rights
from ner.runs.run_folder import UNFINISHED, begin_run, require_folder, require_resumable

RECORD = "pretraining.json"
_CONFIG, _VOCABULARY = "config.json", "vocab.txt"
_CHECKPOINT = "checkpoint.pt"


def checkpoint_path(output: Path) -> Path:
    """The file that a run in `output` can be taken up from."""
    return output / UNFINISHED / _CHECKPOINT


def prepare_output(output: Path, run: dict[str, Any], resume: bool) -> bool:
    """Make sure that a run may write into `output`; whether there is a checkpoint to go on from.

    `run` describes it by its `settings` and `data`; nothing that is there is removed.

    Raises:
        InputError: there is a model or an unfinished run in it, it can't be written, or the run to resume was another.
    """
    require_folder(output)
    if checkpoint_path(output).exists():
        require_resumable(output, run, resume, "text has")
        return True
    if (output / _CONFIG).exists():
        raise InputError(f"{output} holds a model already: choose another `output`, or move it away")
    begin_run(output, run)
    return False


def save_encoder(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    dtype: torch.dtype,
    record: dict[str, Any],
    output: Path,
) -> None:
    """Write an encoder and its record into `output` and remove what only an unfinished run needs.

    The configuration comes last, so that an encoder is whole or absent.

    Raises:
        OSError: the folder can't be written; the run can be resumed.
    """
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=output) as name:
        partial = Path(name)
        try:
            nn.Module.to(model, dtype).save_pretrained(partial)
        except SafetensorError as error:  # how the library reports a full disk
            raise OSError(f"can't write the weights into {output}: {error}") from error
        tokenizer.save_pretrained(partial)
        if isinstance(tokenizer.backend_tokenizer.model, WordPiece):
            (partial / _VOCABULARY).write_text("\n".join(_entries(tokenizer)) + "\n", encoding="utf-8")
        (partial / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        for file in sorted(partial.iterdir(), key=lambda file: file.name == _CONFIG):
            grant_usual_rights(file)  # safetensors writes a file that nobody else may read
            os.replace(file, output / file.name)
    shutil.rmtree(output / UNFINISHED)


def _entries(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """The vocabulary in the order of its ids; what a file repeats has an id that no entry has."""
    entries = {index: token for token, index in tokenizer.get_vocab().items()}
    return [entries.get(index, f"[unused-{index}]") for index in range(max(entries) + 1)]
