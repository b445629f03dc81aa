"""The model card: what a tagger finds, how well, and what it was trained on, as a README.md for people and for the Hub.

The front matter follows Hugging Face's model cards: https://huggingface.co/docs/hub/model-cards
"""

import json
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.evaluation.bootstrap import f1_intervals
from ner.evaluation.entity_tables import counts_by_type, frequent_types, type_table
from ner.evaluation.evaluation_report import FEWEST_SENTENCES
from ner.evaluation.scores import Evaluation
from ner.files import in_utf_8
from ner.pages.highlight import clip
from ner.pages.markdown import escape, format_table
from ner.pages.templates import text_template
from ner.quantities import describe_duration
from ner.training.training_settings import TrainingSettings
from ner.translation import translate

_EXAMPLES = 3
_LONGEST = 30


def render_card(name: str, corpus: Corpus, evaluations: Mapping[str, Evaluation], record: Mapping[str, Any]) -> str:
    """Render the card of a trained tagger as Markdown with a front matter in YAML.

    It names files without their folders, as paths say something about the machine.

    Args:
        name: the name of the model.
        corpus: the data.
        evaluations: the scores by split.
        record: the training record.
    """
    return text_template("training/model_card.md.j2", {"text": escape}).render(
        name=name,
        quoted=shlex.quote(name),
        metadata={key: json.dumps(value, ensure_ascii=False) for key, value in _metadata(name, record).items()},
        types=_types(corpus.train),
        scores={split: _scores(evaluation) for split, evaluation in evaluations.items()},
        data=_data(record["data"]),
        record=record,
        duration=describe_duration(record["minutes"]),
        changed=_changed(record["settings"]),
    )


def _metadata(name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The front matter. Its F1 is between 0 and 1, as usual on the Hub."""
    results = [
        {
            "task": {"type": "token-classification"},
            "dataset": {
                "name": in_utf_8(Path(record["data"][split]["path"]).name),
                "type": "local",
                "split": split,
                "revision": record["data"][split]["fingerprint"],
            },
            "metrics": [
                {"type": metric, "name": f"{metric} (conlleval)", "value": round(scores["conlleval"][metric] / 100, 4)}
                for metric in ("f1", "precision", "recall")
            ],
        }
        for split, scores in record["scores"].items()
    ]
    return {
        "language": "zh",
        "library_name": "bert-ner",
        "pipeline_tag": "token-classification",
        "tags": ["named-entity-recognition", "chinese", "bert", "crf"],
        "model-index": [{"name": name, "results": results}],
    }


def _types(train: Split) -> str:
    """A row for each type: its number in train, and its most frequent forms."""
    forms: dict[str, Counter[str]] = {}
    for sentence in train.sentences:
        for entity in sentence.entities:
            forms.setdefault(entity.label, Counter())[entity.text] += 1
    rows = [
        [
            escape(label),
            f"{sum(counts.values()):,}",
            ", ".join(escape(clip(form, _LONGEST)) for form, _ in counts.most_common(_EXAMPLES)),
        ]
        for label, counts in sorted(forms.items())
    ]
    return format_table([*map(translate, ("type", "in train", "most frequent"))], rows, right=(1,))


def _scores(evaluation: Evaluation) -> str:
    """A row for all types and for each: precision, recall, F1 and its interval."""
    shown = frequent_types(evaluation)
    intervals = [*[""] * (1 + len(shown))]
    if len(evaluation.sentences) >= FEWEST_SENTENCES:
        counts = counts_by_type(evaluation, shown)
        intervals = [f"{low:.2f} – {high:.2f}" for low, high in f1_intervals(counts[:, None])]
    table = type_table(evaluation).set_index("type")
    scores = evaluation.scores
    rows = [(translate("all"), scores.gold_chunks, scores.precision, scores.recall, scores.f1)]
    rows += [(escape(name), *table.loc[name, ["gold", "precision", "recall", "f1"]]) for name in shown]
    header = ["type", "gold", "precision", "recall", "F1", "95% interval of F1"]
    cells = [
        [label, f"{gold:,.0f}", f"{precision:.2f}", f"{recall:.2f}", f"{f1:.2f}", interval]
        for (label, gold, precision, recall, f1), interval in zip(rows, intervals, strict=True)
    ]
    return format_table([*map(translate, header)], cells, right=range(1, 6))


def _data(splits: Mapping[str, Any]) -> str:
    header = ["split", "file", "sentences", "characters", "entities", "fingerprint (SHA-256)"]
    rows = [
        [
            name,
            escape(Path(split["path"]).name),
            f"{split['sentences']:,}",
            f"{split['characters']:,}",
            f"{sum(split['entities'].values()):,}",
            f"`{split['fingerprint']}`",
        ]
        for name, split in splits.items()
    ]
    return format_table([*map(translate, header)], rows, right=(2, 3, 4))


def _changed(settings: Mapping[str, Any]) -> str:
    """The settings that are not the default ones."""
    usual = TrainingSettings()
    names = [field.name for field in fields(TrainingSettings) if field.name in settings]
    changed = {name: settings[name] for name in names if settings[name] != getattr(usual, name)}
    return ", ".join(f"{escape(name)} {escape(Path(str(value)).name)}" for name, value in changed.items())
