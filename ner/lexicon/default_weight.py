"""The weight of entries that give none: the longer a term, the more certain that it is the entity of the list."""

_BASE, _PER_CHARACTER, _MOST = 0.0, 2.0, 20.0


def default_weight(length: int) -> float:
    """The log-odds that an entry with mode `prefer` adds for a term of `length` characters.

    The numbers are fitted on development data; see "Default weight" in the manual.
    """
    return min(_MOST, _BASE + _PER_CHARACTER * length)
