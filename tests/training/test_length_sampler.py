import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ner.training.length_sampler import LengthSampler


@given(st.lists(st.integers(1, 60), min_size=1, max_size=300), st.integers(1, 16), st.integers(0, 5))
def test_the_sampler_gives_every_row_once_in_an_order_of_its_epoch(lengths: list[int], size: int, epoch: int) -> None:
    sampler, again = LengthSampler(lengths, size, seed=3), LengthSampler(lengths, size, seed=3)
    sampler.set_epoch(epoch)
    again.set_epoch(epoch)
    order = list(sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert order == list(again)


def test_orders_differ_between_epochs_and_seeds() -> None:
    lengths = [5] * 100
    sampler = LengthSampler(lengths, 4, seed=1)
    first = list(sampler)
    sampler.set_epoch(1)
    assert list(sampler) != first
    assert list(LengthSampler(lengths, 4, seed=2)) != first


def test_rows_of_a_training_batch_are_of_like_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, size=1000)
    order = list(LengthSampler(lengths.tolist(), 10, seed=1))
    padding = sum(10 * lengths[order[i : i + 10]].max() - lengths[order[i : i + 10]].sum() for i in range(0, 1000, 10))
    assert padding < 0.1 * lengths.sum()
