"""From strings to entities: the one path that tagging, evaluation and training's dev scores share."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ner.data import schemes
from ner.data.entities import Entity, Sentence, without_overlaps
from ner.data.schemes import OUTSIDE
from ner.encoding.batches import batches_by_length
from ner.encoding.characters import CharacterTable, Ids
from ner.encoding.reading import BATCH_CHARACTERS, WindowBatch, in_chunks, window_batches
from ner.model.checkpoint import load_model
from ner.model.choices import PrecisionName
from ner.model.hardware import use_bf16
from ner.model.network import BertBiLstmCrf
from ner.tagging.fixed import Fixed, allowed_tags

# Characters read before they are sorted into batches: enough for even batches, few enough to stay small in memory.
_CHUNK_CHARACTERS = 100_000


class Alternative(NamedTuple):
    """One reading of a text: its entities, without scores, and the probability of the whole."""

    entities: list[Entity]
    probability: float


class Reading(NamedTuple):
    """What was found in a text: its entities with scores, and its most probable readings as a whole, best first."""

    entities: list[Entity]
    alternatives: list[Alternative]


class Tagger:
    """Finds the entities in Chinese text.

    >>> tagger = Tagger.load("model")
    >>> tagger.tag(["王小明在北京大学读书。"])
    [[Entity(start=0, end=3, label='PER', text='王小明', score=0.99), ...]]

    Args:
        model: the network; it is used as it is, on the device where it is.
        table: the characters of its encoder.
        precision: `fp32`, `bf16`, or `auto` for bf16 where the hardware is fast at it.
    """

    def __init__(self, model: BertBiLstmCrf, table: CharacterTable, precision: PrecisionName = "auto") -> None:
        self.model = model
        self.table = table
        self.labels: list[str] = model.config.labels
        self.types: list[str] = model.config.types
        self.scheme = schemes.SCHEMES[model.config.scheme]
        self._bf16 = use_bf16(precision, model.device)

    @classmethod
    def load(cls, folder: str | Path, precision: PrecisionName = "auto") -> "Tagger":
        """Load a model folder that training wrote, onto the accelerator where there is one.

        Raises:
            InputError: the folder holds no complete model that this version reads.
        """
        model, table = load_model(Path(folder))
        model.place()
        return cls(model, table, precision)

    def tag(self, texts: Sequence[str], fixed: Sequence[Sequence[Fixed]] | None = None) -> list[list[Entity]]:
        """The entities of every text, in order of position. Texts may be of any length, and empty.

        `fixed` says for each text what is known beforehand, as in pre-annotation; the rest is found under that
        condition, and so are the scores.

        Raises:
            ValueError: there is not one list of `fixed` for each text, or it says what can't be.
        """
        if isinstance(texts, str):
            raise ValueError(f"expected a list of texts, got the string {texts[:20]!r}: write tagger.tag([text])")
        if fixed is None:
            return list(self.tag_stream(texts))
        if len(fixed) != len(texts):
            raise ValueError(f"expected what is fixed in each of {len(texts)} texts, got {len(fixed)}")
        allowed = [
            torch.from_numpy(allowed_tags(known, len(text), self.labels, self.scheme))
            for known, text in zip(fixed, texts, strict=True)
        ]
        with self._inference():
            return self._decode(texts, self._emissions(texts), allowed)

    def nbest(self, texts: Sequence[str], n: int) -> list[list[Alternative]]:
        """The `n` most probable readings of every text, or all where there are fewer, the best first.

        Raises:
            ValueError: `n` is less than 1.
        """
        if n < 1:
            raise ValueError(f"expected to be asked for at least 1 reading, got {n}")
        return [reading.alternatives for reading in self.readings(texts, n)]

    def tag_stream(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        """The same for texts that aren't all in memory: results come in order, some 100,000 characters at a time."""
        return (reading.entities for reading in self.readings(texts))

    def readings(self, texts: Iterable[str], n: int = 0) -> Iterator[Reading]:
        """The entities of each text and its `n` most probable readings, as a stream."""
        for chunk in in_chunks(texts, len, _CHUNK_CHARACTERS):
            yield from self._read_chunk(chunk, n)

    def layer_weights(self, texts: Sequence[str]) -> list[float]:
        """How much each encoder layer counts, the embeddings' first, on average over the characters of `texts`."""
        return self.layer_weights_by_type([Sentence(text) for text in texts])[OUTSIDE]

    def layer_weights_by_type(self, sentences: Sequence[Sentence]) -> dict[str, list[float]]:
        """The same for the characters inside entities of each type, and for those outside of any, under "O".

        Where the weights don't depend on the text, they are those of "O" alone.
        """
        if not self.model.fusion.depends_on_text:
            sentences = [Sentence("\u5b57")]  # any text will do
        layers = self.model.encoder.config.num_hidden_layers + 1
        totals: dict[str, Tensor] = {}
        counts: Counter[str] = Counter()
        for sentence, start, weights in self._weights_of_layers(sentences):
            types = np.full(len(sentence.text), OUTSIDE, dtype=object)
            for entity in without_overlaps(sentence.entities):
                types[entity.start : entity.end] = entity.label
            here = types[start : start + len(weights)]
            for name in {*here}:
                inside = weights[torch.from_numpy(here == name)]
                totals[name] = totals.get(name, torch.zeros(layers)) + inside.sum(dim=0)
                counts[name] += len(inside)
        return {name: (totals[name] / counts[name]).tolist() for name in sorted(totals)}

    def _weights_of_layers(self, sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, int, Tensor]]:
        """Weights `(chars, layers)` of pieces of the sentences, which begin at the offset before them."""
        layers = self.model.encoder.config.num_hidden_layers + 1
        with self._inference():
            for batch in self._network_batches([sentence.text for sentence in sentences]):
                with self._autocast():
                    states = self.model.layers(batch.input_ids, batch.attention_mask)
                    if self.model.config.fusion == "last":
                        states = states.expand(-1, -1, layers, -1)
                    weights = self.model.fusion.weights(states).float().expand(states.shape[:3]).cpu()
                for origin, window, kept in batch.kept(weights):
                    yield sentences[origin], window.keep_start, kept

    def _read_chunk(self, texts: Sequence[str], n: int) -> list[Reading]:
        with self._inference():
            emissions = self._emissions(texts)
            alternatives = self._alternatives(texts, emissions, n) if n else [[] for _ in texts]
            return list(map(Reading, self._decode(texts, emissions), alternatives))

    def _alternatives(self, texts: Sequence[str], emissions: Sequence[Tensor], n: int) -> list[list[Alternative]]:
        found = [[Alternative([], 1.0)] for _ in texts]  # of an empty text there is one reading
        for members, padded, mask in self._padded(texts, emissions):
            best = self.model.tag_decoder.nbest(padded, mask, n)
            rows = zip(members, best.tags.cpu().numpy(), best.log_probabilities.exp().tolist(), strict=True)
            for i, tags, probabilities in rows:
                found[i] = [
                    Alternative(self._entities(texts[i], tag), probability)
                    for tag, probability in zip(tags, probabilities, strict=True)
                    if probability > 0
                ]
        return found

    @contextmanager
    def _inference(self) -> Iterator[None]:
        """Run the network without dropout and gradients; a network in training goes back to it behind the block."""
        was_training = self.model.training
        self.model.train(False)
        try:
            with torch.inference_mode():
                yield
        finally:
            self.model.train(was_training)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.model.device.type, dtype=torch.bfloat16, enabled=self._bf16)

    def _network_batches(self, texts: Sequence[str]) -> Iterator[WindowBatch]:
        return window_batches(texts, self.table, self.model.config.window, self.model.device)

    def emissions(self, texts: Sequence[str]) -> list[Tensor]:
        """The network's scores for every tag at every character of each text, `(chars, tags)`, in float32."""
        with self._inference():
            # Clones, since tensors made in inference mode take no part in what is differentiated.
            emissions = self._emissions(texts)
        return [emission.clone() for emission in emissions]

    def _emissions(self, texts: Sequence[str]) -> list[Tensor]:
        """Emissions of every text, `(chars, tags)`, each character's from the window that keeps it."""
        emissions = [torch.empty(len(text), len(self.labels), device=self.model.device) for text in texts]
        for batch in self._network_batches(texts):
            with self._autocast():
                output = self.model(input_ids=batch.input_ids, attention_mask=batch.attention_mask).emissions
            for origin, window, kept in batch.kept(output):
                emissions[origin][window.keep_start : window.keep_end] = kept
        return emissions

    def _decode(
        self, texts: Sequence[str], emissions: Sequence[Tensor], allowed: Sequence[Tensor] | None = None
    ) -> list[list[Entity]]:
        """Entities of every text: one Viterbi pass over the whole of it, however many windows it was read through."""
        found: list[list[Entity]] = [[] for _ in texts]
        for members, padded, mask in self._padded(texts, emissions):
            constraint = None
            if allowed is not None:
                constraint = pad_sequence([allowed[i] for i in members], batch_first=True, padding_value=True)
                constraint = constraint.to(padded.device)
            decoded = self.model.tag_decoder.decode_batch(padded, mask, constraint)
            tags, enter, leave = (tensor.cpu().numpy() for tensor in decoded)
            for row, i in enumerate(members):
                found[i] = [
                    replace(
                        entity, score=min(1.0, float(np.exp(enter[row, entity.start] + leave[row, entity.end - 1])))
                    )
                    for entity in self._entities(texts[i], tags[row])
                ]
        return found

    def _padded(self, texts: Sequence[str], emissions: Sequence[Tensor]) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        """Batches over the texts that aren't empty: which they are, `(batch, chars, tags)`, and their mask."""
        not_empty = [i for i, text in enumerate(texts) if text]
        for batch in batches_by_length([len(texts[i]) for i in not_empty], BATCH_CHARACTERS):
            members = [not_empty[i] for i in batch]
            padded = pad_sequence([emissions[i] for i in members], batch_first=True)  # (batch, chars, tags)
            lengths = torch.tensor([len(texts[i]) for i in members], device=padded.device)
            yield members, padded, torch.arange(padded.shape[1], device=padded.device) < lengths.unsqueeze(1)

    def _entities(self, text: str, tags: Ids) -> list[Entity]:
        names = [self.labels[tag] for tag in tags[: len(text)]]
        entities, repairs = schemes.tags_to_entities(names, text, self.scheme)
        # The CRF makes illegal sequences impossible; those of a softmax are read as conlleval reads them.
        assert repairs == 0 or self.model.config.tag_decoder == "softmax", names
        return entities
