"""The names that options of embedding take; apart, since everything else here brings torch."""

from typing import Literal

Pooling = Literal["mean", "cls", "max"]
"""How the vectors of characters become one: their mean or maximum, or that of [CLS] in their place."""
