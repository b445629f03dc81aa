"""The engine of an exported classifier, without PyTorch."""

from pathlib import Path

import numpy as np

from ner.characters.character_table import CharacterTable
from ner.choices import ExportPrecision, PrecisionName
from ner.classifying.classifier_engine import Scores
from ner.classifying.text_windows import RowBatch
from ner.cpu_settings import available_cores
from ner.errors import InputError
from ner.runtime.exported_classifier import ExportedClassifier
from ner.runtime.exported_folder import CHARACTERS, RECORD
from ner.runtime.sessions import open_network


class ExportedClassifierEngine:
    """Runs the network of an exported classifier on the CPU; see `ClassifierEngine`.

    Args:
        folder: the folder of the exported classifier.
        exported: its description.
        table: its characters.
        precision: `auto`, or the number format of the export.
        threads: the number of CPU threads; None for all cores.

    Raises:
        InputError: the classifier was exported in another precision, its runtime is not installed or can't read the
            network, or the network doesn't fit the other files.
    """

    def __init__(
        self,
        folder: Path,
        exported: ExportedClassifier,
        table: CharacterTable,
        precision: PrecisionName = "auto",
        threads: int | None = None,
    ) -> None:
        if precision not in ("auto", exported.precision):
            raise InputError(f"{folder} was exported in {exported.precision}, not {precision}: leave out `precision`")
        self.labels = exported.labels
        self.pairs = exported.pairs
        self.multi_label = exported.multi_label
        self.window = exported.window
        self.temperature = exported.temperature
        self.precision: PrecisionName | ExportPrecision = exported.precision
        self._inputs = exported.inputs
        threads = threads or available_cores()
        self._network = open_network(folder, exported.target, exported.precision, threads, exported.inputs)
        self._require_fit(folder, table)

    def _require_fit(self, folder: Path, table: CharacterTable) -> None:
        """Run the network once, on the highest id of the characters."""
        ids = np.array([[table.cls, table.highest, table.sep]])
        try:
            found = self.scores(RowBatch(ids, np.ones_like(ids), np.zeros_like(ids))).shape[1]
        # The runtimes have exceptions of their own, which have no common base class.
        except Exception as error:
            raise InputError(
                f"the network in {folder} doesn't fit its {CHARACTERS}: copy the whole folder again"
            ) from error
        if found != len(self.labels):
            expected = f"expected {len(self.labels)} labels as in its {RECORD}, found {found}"
            raise InputError(f"the network in {folder} doesn't fit ({expected}): copy the whole folder again")

    def scores(self, batch: RowBatch) -> Scores:
        return self._network(*batch[: len(self._inputs)])
