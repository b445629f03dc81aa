"""A linear chain with states of its own for weighted spans: exact sums and best paths.

The trellis follows every entity that begins where a weighted span begins, on a track (see `ner.decoding.span_tracks`).
Every sequence of tags is exactly one path of the trellis, so all sums, probabilities and best paths are exact, for
weights of any sign.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ner.characters.character_table import Ids
from ner.data.schemes import split_tag
from ner.decoding.numpy_chain import IMPOSSIBLE, POSSIBLE, Doubles, Mask, NumpyChain, require_possible
from ner.decoding.span_tracks import NO_TAG, WeightedSpans, build_tracks
from ner.decoding.viterbi import highest

_CHUNK = 1 << 20  # scores of transitions that are computed at once


class SpanTrellis:
    """The paths of a batch of rows, with the weights of their spans. A state is a tag of the model, or a track.

    Args:
        emissions: `(batch, chars, tags)`, divided by the temperature.
        mask: `(batch, chars)`.
        chain: the scores of the chain, divided by the temperature.
        spans: the weighted spans.
    """

    def __init__(self, emissions: Doubles, mask: Mask, chain: NumpyChain, spans: WeightedSpans) -> None:
        tags, tracks = spans.tags, build_tracks(spans, mask.shape[1])
        self._mask, self._chain, self._tracks, self._tags = mask, chain, tracks, tags
        rows = np.arange(len(mask))
        raw = emissions.transpose(1, 2, 0)  # (chars, tags, batch)
        of_tracks = np.take_along_axis(raw, tracks.tag, axis=1)
        of_tracks = np.where(tracks.active, of_tracks, IMPOSSIBLE)
        of_tags = np.where(tracks.closed, IMPOSSIBLE, emissions + tracks.singles).transpose(1, 2, 0)
        self._emissions = np.concatenate([of_tags, of_tracks], axis=1).transpose(0, 2, 1)  # (chars, batch, states)
        self._inside = np.array([split_tag(name)[0] == tags.scheme.inside for name in tags.names[: tags.known]])
        start = np.repeat(chain.start[None], len(rows), axis=0)
        entering = self._entering(slice(0, 1), start[None, :, None])[0, :, 0]
        self._start = np.concatenate([start, entering], axis=1)  # (batch, states)
        last = mask.sum(axis=1) - 1
        tag, exit_ = tracks.tag[last, :, rows], tracks.exit[last, :, rows]  # (batch, tracks)
        end = np.repeat(chain.end[None], len(rows), axis=0)
        self._end = np.concatenate([end, chain.end[tag] + exit_], axis=1)  # (batch, states)
        self._last = last
        self._whole = np.logical_and.reduce(mask, axis=0)  # the characters that all rows have

    def best_paths(self, n: int) -> tuple[Ids, Doubles]:
        """Find the `n` best paths of each row.

        This is the parallel list Viterbi algorithm, as in `ner.decoding.viterbi.best_paths`.

        Returns:
            The states, `(batch, n, chars)`, and the scores, `(batch, n)`; -inf if there are fewer.
        """
        chars, batch, states = self._emissions.shape
        scores = np.full((batch, states, n), -np.inf)
        scores[:, :, 0] = self._start + self._emissions[0]
        pointers = np.empty((chars, batch, states, n), dtype=np.int32)
        stay = np.arange(states * n).reshape(states, n)
        for i, steps in self._each_step():
            candidates = steps.transpose(0, 2, 1)[..., None] + scores[:, None]  # (batch, to, from, n)
            best, previous = highest(candidates.reshape(batch, states, states * n), n)
            best += self._emissions[i, :, :, None]
            if not self._whole[i]:
                here = self._mask[:, i, None, None]
                best, previous = np.where(here, best, scores), np.where(here, previous, stay)
            scores, pointers[i] = best, previous
        total, state = highest((scores + self._end[:, :, None]).reshape(batch, states * n), n)
        found = np.empty((chars, batch, n), dtype=np.int64)
        found[-1] = state
        rows, flat = np.arange(batch)[:, None], pointers.reshape(chars, batch, states * n)
        for i in range(chars - 1, 0, -1):
            found[i - 1] = flat[i, rows, found[i]]
        return found.transpose(1, 2, 0) // n, np.where(total < POSSIBLE, -np.inf, total)

    def log_partition(self) -> Doubles:
        """The log-sum over all paths of each row, `(batch,)`.

        Raises:
            ValueError: a row has no possible path.
        """
        total = _log_sum_exp(self._forward()[self._last, np.arange(len(self._mask))] + self._end, axis=1)
        require_possible(total)
        return total

    def path_probabilities(self, states: Ids) -> tuple[Doubles, Doubles]:
        """Compute `enter` and `leave` of `ner.decoding.tag_decoders.Decoded` for one path per row.

        Args:
            states: the paths, `(batch, chars)`.

        Returns:
            `enter` and `leave`, both `(batch, chars)`.

        Raises:
            ValueError: a row has no possible path.
        """
        chars, batch, _ = self._emissions.shape
        rows, path = np.arange(batch), states.T
        there = self._forward()  # (chars, batch, states)
        back = np.empty_like(there)
        back[-1] = self._end
        # Of the path: its score up to a character, and the log-sum over all ways to go on without its entity.
        path_scores, ahead = np.empty((2, chars, batch))
        path_scores[0] = (self._start + self._emissions[0])[rows, path[0]]
        ahead[:] = self._end[rows, path]
        breaks = np.repeat(self._chain.start[:, None] >= POSSIBLE, batch, axis=1)  # (tags, batch)
        for start, stop in reversed(self._chunks()):
            steps = self._steps(start, stop)
            for i in range(stop - 1, start - 1, -1):
                back[i - 1] = _log_sum_exp(steps[i - start] + (self._emissions[i] + back[i])[:, None], axis=2)
                if not self._whole[i]:
                    np.copyto(back[i - 1], self._end, where=~self._mask[:, i, None])
            chars_here = np.arange(stop - start)[:, None]
            before, here = path[start - 1 : stop - 1], path[start:stop]
            of_path = steps[chars_here, rows, before]  # (chars, batch, states)
            emissions = self._emissions[start:stop]
            path_scores[start:stop] = np.take_along_axis(of_path + emissions, here[:, :, None], axis=2)[:, :, 0]
            begins = self._tracks.begins[start:stop]
            may = np.concatenate([np.broadcast_to(breaks, (len(begins), *breaks.shape)), begins], axis=1)
            onward = np.where(may.transpose(0, 2, 1), of_path + emissions + back[start:stop], IMPOSSIBLE)
            np.copyto(ahead[start - 1 : stop - 1], _log_sum_exp(onward, axis=2), where=self._mask.T[start:stop])
        # Each character has its own sum over all paths, so that rounding errors of a long text cancel out.
        total = _log_sum_exp(there + back, axis=2)  # (chars, batch)
        require_possible(total[0])
        reached = np.take_along_axis(there, path[:, :, None], axis=2)[:, :, 0]
        enter = reached - path_scores.cumsum(axis=0)
        return enter.T, (reached + ahead - total - enter).T

    def tags_of(self, states: Ids) -> Ids:
        """The tags of paths of states, both `(batch, chars)`. Types that only a lexicon knows have ids of their own."""
        known, tracks = self._tags.known, self._tracks
        in_track = states >= known
        if not in_track.any():
            return states
        chars, rows = np.arange(states.shape[1])[None], np.arange(len(states))[:, None]
        at = (chars, np.where(in_track, states - known, 0), rows)
        tags = np.where(in_track, tracks.tag[at], states)
        first = np.where(in_track, tracks.first[at], NO_TAG)
        begins = tracks.begins[at]
        following = np.concatenate([states[:, 1:], np.full((len(states), 1), NO_TAG)], axis=1)
        begins_next = np.concatenate([begins[:, 1:], np.ones((len(states), 1), dtype=np.bool_)], axis=1)
        ends = (following != states) | begins_next
        ends[np.arange(len(states)), self._last] = True
        prefixes = self._tags.scheme.prefixes
        scheme = self._tags.scheme
        place = np.where(
            begins,
            np.where(ends, prefixes.index(scheme.single), prefixes.index(scheme.begin)),
            np.where(ends, prefixes.index(scheme.end), prefixes.index(scheme.inside)),
        )
        return np.where(first == NO_TAG, tags, first - prefixes.index(scheme.begin) + place)

    def _forward(self) -> Doubles:
        """Log-sums over the paths up to and including each character, by its state: `(chars, batch, states)`."""
        sums = np.empty_like(self._emissions)
        sums[0] = self._start + self._emissions[0]
        for i, steps in self._each_step():
            np.add(_log_sum_exp(steps + sums[i - 1][:, :, None], axis=1), self._emissions[i], out=sums[i])
        return sums

    def _chunks(self) -> list[tuple[int, int]]:
        """Ranges of characters from 1 whose steps are computed at once: many small arrays would take more time."""
        chars, batch, states = self._emissions.shape
        size = max(1, _CHUNK // (batch * states**2))
        return [(start, min(chars, start + size)) for start in range(1, chars, size)]

    def _each_step(self) -> Iterator[tuple[int, Doubles]]:
        """Each character from 1, and the scores of the transitions to it: `(batch, states, states)`."""
        for start, stop in self._chunks():
            yield from enumerate(self._steps(start, stop), start)

    def _steps(self, start: int, stop: int) -> Doubles:
        """The scores of the transitions to some characters: `(chars, batch, states, states)`, from and to."""
        tracks, transitions, known = self._tracks, self._chain.transitions, self._tags.known
        before, here = slice(start - 1, stop - 1), slice(start, stop)
        tag, goes_on, exit_ = (_rows_first(each[before]) for each in (tracks.tag, tracks.goes_on, tracks.exit))
        # After the last character of a track, its entity may go on without it.
        on = np.where(goes_on, IMPOSSIBLE, 0.0)
        *shape, count = tag.shape
        steps = np.empty((*shape, known + count, known + count))
        steps[..., :known, :known] = transitions
        steps[..., known:, :known] = transitions[tag] + np.where(self._inside, on[..., None], exit_[..., None])
        steps[..., known:] = self._entering(here, steps[..., :known])
        each = known + np.arange(count)
        on_track = np.where(goes_on, transitions[tag, _rows_first(tracks.tag[here])], IMPOSSIBLE)
        steps[..., each, each] = np.where(_rows_first(tracks.begins[here]), steps[..., each, each], on_track)
        return steps

    def _entering(self, here: slice, to_tags: Doubles) -> Doubles:
        """The scores of entering each track, from those of its tag: `(chars, batch, from, tracks)`."""
        tag, begins = _rows_first(self._tracks.tag[here]), _rows_first(self._tracks.begins[here])
        return np.where(begins[:, :, None], np.take_along_axis(to_tags, tag[:, :, None], axis=3), IMPOSSIBLE)


def _rows_first(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """From `(chars, tracks, batch)` to `(chars, batch, tracks)`."""
    return array.transpose(0, 2, 1)


def _log_sum_exp(scores: Doubles, axis: int) -> Doubles:
    """The log-sum over one dimension."""
    top = scores.max(axis=axis, keepdims=True)
    shifted = np.maximum(scores - top, -700.0)  # exp(-700) is negligible
    total: npt.NDArray[np.float64] = np.log(np.exp(shifted).sum(axis=axis)) + top.squeeze(axis)
    return total
