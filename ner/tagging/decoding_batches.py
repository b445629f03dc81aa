"""Batches of texts that are decoded together."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.padding import batches_by_length, pad_rows
from ner.choices import BATCH_CHARACTERS
from ner.decoding.numpy_chain import Floats, Mask
from ner.decoding.span_tracks import Tags, WeightedSpans, most_tracks
from ner.memory import require_memory
from ner.tagging.known_texts import KnownText

# Decoding holds two arrays of all pairs of labels, in float64, and about six arrays of all labels.
_DECODING_BYTES, BYTES_PER_PAIR = 1 << 28, 16
BYTES_PER_SCORE, COPIES = 8, 6


class DecodingBatch(NamedTuple):
    """Texts that are decoded together.

    Args:
        members: their indices.
        emissions: `(batch, chars, tags)`.
        mask: `(batch, chars)`.
        allowed: the tags that each character may have, `(batch, chars, tags)`; None for all.
        fixed: the same without what a lexicon says.
        spans: weighted spans, or None.
    """

    members: list[int]
    emissions: Floats
    mask: Mask
    allowed: Mask | None
    fixed: Mask | None
    spans: WeightedSpans | None

    @classmethod
    def of(
        cls,
        members: list[int],
        emissions: Floats,
        lengths: Sequence[int],
        known: Sequence[KnownText] | None,
        tags: Tags,
    ) -> "DecodingBatch":
        """A batch of texts, with what is known of them."""
        chars = np.arange(emissions.shape[1])
        mask = chars < np.array(lengths)[:, None]
        if known is None:
            return cls(members, emissions, mask, None, None, None)
        of_members = [known[i] for i in members]
        spans = [each.spans for each in of_members if each.spans is not None]
        return cls(
            members,
            emissions,
            mask,
            _pad([each.allowed for each in of_members], lengths, tags.known),
            _pad([each.fixed for each in of_members], lengths, tags.known),
            WeightedSpans(spans, tags) if spans else None,
        )


def decoding_batches(
    texts: Sequence[str], known: Sequence[KnownText] | None, emissions: Sequence[Floats], tags: Tags, n: int = 1
) -> Iterator[DecodingBatch]:
    """Group non-empty texts into batches of similar length. Texts with weighted spans are in batches of their own.

    With many labels or readings, a batch has few texts: decoding has arrays of all pairs of states for each text.

    Args:
        texts: the texts.
        known: what is known of each text, or None.
        emissions: of each text, `(chars, tags)`.
        tags: the tags.
        n: the number of readings.
    """
    plain, weighted, spans = [], [], []
    for i, text in enumerate(texts):
        if text and known is not None and (of_text := known[i].spans) is not None:
            weighted.append(i)
            spans.append(of_text)
        elif text:
            plain.append(i)
    for members, states in ((plain, tags.known), (weighted, tags.known + most_tracks(spans))):
        if members is weighted and members:
            longest = max(len(texts[i]) for i in members)
            require_memory(
                BYTES_PER_SCORE * COPIES * n * longest * states,
                f"{longest:,} characters with {states:,} labels and terms need",
                "cut the text into shorter ones",
            )
        most_rows = max(1, _DECODING_BYTES // (BYTES_PER_PAIR * states**2 * n))
        for batch in batches_by_length([len(texts[i]) for i in members], BATCH_CHARACTERS, most_rows):
            chosen = [members[i] for i in batch]
            padded = pad_rows([emissions[i] for i in chosen], 0.0)
            yield DecodingBatch.of(chosen, padded, [len(texts[i]) for i in chosen], known, tags)


def _pad(rows: Sequence[Mask | None], lengths: Sequence[int], tags: int) -> Mask | None:
    """The masks of a batch; None if all tags of all rows are allowed."""
    if all(row is None for row in rows):
        return None
    given = zip(rows, lengths, strict=True)
    return pad_rows([np.ones((length, tags), dtype=np.bool_) if row is None else row for row, length in given], True)
