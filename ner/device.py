"""The device that networks are computed on: chosen once for this process and those that it starts."""

import os
import re

from ner.errors import InputError

DEVICE = "BERT_NER_DEVICE"
"""The environment variable that names it."""
_CUDA = "CUDA_VISIBLE_DEVICES"
_NAMES = re.compile(r"(?P<kind>auto|cpu|mps|cuda)(?::(?P<number>(?<=cuda:)\d{1,3}))?")


def choose_device(name: str) -> None:
    """Let this process and those that it starts compute on a device. Call it before torch is imported.

    Args:
        name: auto, cpu, mps, cuda, or a GPU by its number, such as cuda:1.

    Raises:
        InputError: it is none of these.
    """
    found = _NAMES.fullmatch(name)
    if found is None:
        raise InputError(f"expected `device` to be auto, cpu, cuda, a GPU such as cuda:1, or mps, got {name}")
    os.environ[DEVICE] = found["kind"]
    if found["kind"] == "cpu":
        os.environ[_CUDA] = ""
    if found["number"]:  # all libraries see this one alone
        seen = dict(enumerate(os.environ.get(_CUDA, "").split(","))) if os.environ.get(_CUDA) else {}
        os.environ[_CUDA] = seen.get(int(found["number"]), found["number"])
