"""The engine of an exported tagger, without PyTorch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ner.characters.character_table import CharacterTable, Ids
from ner.choices import ExportPrecision, PrecisionName
from ner.cpu_settings import available_cores
from ner.decoding.numpy_chain import Floats
from ner.decoding.tag_decoders import CrfDecoder, SoftmaxDecoder, TagDecoder
from ner.errors import InputError
from ner.runtime.exported_folder import CHARACTERS, RECORD, Exported
from ner.runtime.sessions import open_network
from ner.words.word_table import load_table


class ExportedEngine:
    """Runs the network of an exported tagger on the CPU; see `Engine`.

    Args:
        folder: the folder of the exported tagger.
        exported: its description.
        precision: `auto`, or the number format of the export.
        threads: the number of CPU threads; None for all cores.

    Raises:
        InputError: the tagger was exported in another precision, its runtime is not installed or can't read the
            network, or its segmenter is not the one of the training.
    """

    def __init__(
        self, folder: Path, exported: Exported, precision: PrecisionName = "auto", threads: int | None = None
    ) -> None:
        if precision not in ("auto", exported.precision):
            raise InputError(f"{folder} was exported in {exported.precision}, not {precision}: leave out `precision`")
        self.types = exported.types
        self.labels = exported.labels
        self.scheme = exported.scheme
        self.window = exported.window
        self.precisions: Sequence[PrecisionName] = ("auto",)  # the folder determines the number format
        self.precision: PrecisionName | ExportPrecision = exported.precision
        self.threads = threads or available_cores()
        self._origin = (folder, exported, precision, threads)
        self.list_weights = exported.list_weights or {}
        self.words = load_table(exported.segmenter, folder) if exported.segmenter else None
        self._network = open_network(folder, exported.target, exported.precision, self.threads)
        self._decoder: TagDecoder = (
            SoftmaxDecoder(exported.temperature)
            if exported.chain is None
            else CrfDecoder(exported.chain, exported.temperature)
        )

    def __reduce__(self) -> tuple[type["ExportedEngine"], tuple[Any, ...]]:
        return ExportedEngine, self._origin  # a runtime can't be pickled, so the network is opened again

    def require_fit(self, table: CharacterTable) -> None:
        """Run the network once, on the highest ids of the characters and of the words.

        Raises:
            InputError: the network has fewer ids, or other labels.
        """
        folder = self._origin[0]
        ids = np.array([[table.cls, table.highest, table.sep]])
        inputs = [ids, np.ones_like(ids)]
        if self.words:
            inputs.append(np.array([[0, self.words.stored.ids - 1, 0]]))
        try:
            labels = self.emissions(*inputs).shape[2]
        # The runtimes have exceptions of their own, which have no common base class.
        except Exception as error:
            raise InputError(
                f"the network in {folder} doesn't fit its {CHARACTERS}: copy the whole folder again"
            ) from error
        if labels != len(self.labels):
            expected = f"expected {len(self.labels)} labels as in its {RECORD}, found {labels}"
            raise InputError(f"the network in {folder} doesn't fit ({expected}): copy the whole folder again")

    def emissions(self, input_ids: Ids, attention_mask: Ids, word_ids: Ids | None = None) -> Floats:
        return self._network(input_ids, attention_mask, *(() if word_ids is None else (word_ids,)))

    def decoder(self) -> TagDecoder:
        return self._decoder
