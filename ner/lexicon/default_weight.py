"""The weight of entries that give none: the longer a term, the more certain that it is the entity of the list."""

# Fitted by `benchmarks/dictionary.py fit` on held-out parts of UNER and AISHELL-NER, with lists of which half have half
# of the types wrong: the setting with the best mean F1.
_PER_CHARACTER = 0.5


def default_weight(length: int) -> float:
    """The log-odds that an entry with mode `prefer` adds for a term of `length` characters.

    >>> default_weight(2), default_weight(4)
    (1.0, 2.0)
    """
    return _PER_CHARACTER * length
