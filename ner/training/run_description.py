"""What a training run of a tagger is known by: its settings and data, which may not change when it is resumed."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ner.data.corpus import Corpus
from ner.files import damaged_file, read_json
from ner.model.model_files import CONFIG, RECORD
from ner.runs.run_folder import check_same_run
from ner.training.train_fraction import take_train_fraction
from ner.training.training_settings import TrainingSettings
from ner.words.word_table import WordTable, new_table


def read_finished_record(output: Path, settings: TrainingSettings, corpus: Corpus) -> dict[str, Any] | None:
    """The training record of the finished run in `output`; None if there is no finished run.

    Raises:
        InputError: the run had other settings or other data, its record is damaged, or the user dictionary of
            `settings` can't be read.
    """
    now = describe_run(settings, corpus)
    if corpus.test:
        now["data"]["test"] = corpus.test.fingerprint
    return read_record_of(now, output)


def read_record_of(run: dict[str, Any], output: Path) -> dict[str, Any] | None:
    """The training record in `output`, which must be that of a run with these settings and data; None without one.

    Raises:
        InputError: the run had other settings or other data, or its record is damaged.
    """
    # A run writes the configuration of the model last.
    if not ((output / RECORD).exists() and (output / CONFIG).exists()):
        return None
    advice = f"move {output} away, or choose another `output`"
    record: dict[str, Any] = read_json(output / RECORD, advice)
    try:
        data = {name: split["fingerprint"] for name, split in record["data"].items()}
        before = {"settings": record["settings"], "data": data, "words": record.get("words")}
    except (KeyError, TypeError, AttributeError) as error:
        raise damaged_file(output / RECORD, error, advice) from error
    check_same_run(before, run, output)
    return record


def describe_run(settings: TrainingSettings, corpus: Corpus) -> dict[str, Any]:
    """What may not change when a run is resumed: its settings, its segmenter, and the fingerprints of train and dev.

    Raises:
        InputError: the user dictionary of the segmenter can't be read.
    """
    corpus = take_train_fraction(corpus, settings)
    data = {split.name: split.fingerprint for split in (corpus.train, corpus.dev)}
    run: dict[str, Any] = {"settings": asdict(settings), "data": data}
    if settings.words != "none" and settings.init_from is None:  # otherwise it is that of the tagger
        run["words"] = describe_words(new_table(settings.words, settings.words_dictionary))
    return run


def describe_words(words: WordTable | None) -> dict[str, Any] | None:
    """What cut the words of a run: package, version, and the digest of the user dictionary; None without words."""
    return words.stored.model_dump(include={"package", "version", "dictionary"}) if words else None
