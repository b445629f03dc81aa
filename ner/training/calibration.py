"""Calibrating scores: temperature scaling, fitted on dev."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence, drop_overlaps
from ner.data.schemes import entities_to_tags
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine

_BATCH = 64
_STEPS = 30


def fit_temperature(engine: NetworkEngine, table: CharacterTable, sentences: Sequence[Sentence]) -> float:
    """Set the network's temperature to the value that makes the gold tags of `sentences` most probable.

    This is temperature scaling (Guo et al. 2017, section 4.2) of whole tag sequences. It changes the scores of
    entities, but not which entities are found. A standard normal prior of the logarithm counts as much as one sentence,
    so that a few sentences without a mistake don't make the network certain of everything.

    Args:
        engine: runs the network, whose temperature is set.
        table: the characters of the network.
        sentences: annotated sentences. Those with a type that the model doesn't know are ignored, and those whose
            annotators have not looked for all types.

    Returns:
        The temperature.
    """
    model, tagger = engine.model, Tagger(engine, table)
    ids = {label: i for i, label in enumerate(tagger.labels)}
    known = fully_annotated(sentences, tagger.types)
    known.sort(key=lambda sentence: len(sentence.text))
    emissions = [torch.from_numpy(row) for row in tagger.emissions([sentence.text for sentence in known])]
    tags = [
        torch.tensor([ids[tag] for tag in entities_to_tags(drop_overlaps(s.entities), len(s.text), tagger.scheme)])
        for s in known
    ]
    decoder = model.tag_decoder
    batches = [_batch(emissions[i : i + _BATCH], tags[i : i + _BATCH]) for i in range(0, len(known), _BATCH)]
    log_temperature = torch.zeros((), dtype=torch.float64, device=model.device, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        prior = log_temperature.square() / 2 / len(known)
        prior.backward()  # type: ignore[no-untyped-call]
        total = prior.detach().cpu()
        for batch in batches:
            decoder.temperature = log_temperature.exp()
            part = -decoder.sequence_log_probability(*(tensor.to(model.device) for tensor in batch)).sum() / len(known)
            part.backward()  # type: ignore[no-untyped-call]
            total = total + part.detach().cpu()
        return total

    if batches:
        optimizer.step(loss)  # type: ignore[no-untyped-call]
    decoder.temperature = log_temperature.detach().exp().float()
    return float(decoder.temperature)


def fully_annotated(sentences: Sequence[Sentence], types: Sequence[str]) -> list[Sentence]:
    """The sentences with text whose annotators have looked for all of `types`, and that have no other types."""
    whole = [s for s in sentences if s.text and (not s.looked_for or {*types} <= {*s.looked_for})]
    return [s for s in whole if {entity.label for entity in s.entities} <= {*types}]


def _batch(emissions: Sequence[Tensor], tags: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Padded emissions `(batch, chars, tags)`, tags and mask, both `(batch, chars)`."""
    padded = pad_sequence(list(emissions), batch_first=True)
    lengths = torch.tensor([len(row) for row in tags])
    mask = torch.arange(padded.shape[1]) < lengths.unsqueeze(1)
    return padded, pad_sequence(list(tags), batch_first=True), mask
