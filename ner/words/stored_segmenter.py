"""What a model saves of its segmenter."""

from typing import Annotated

from pydantic import ConfigDict, Field

from ner.choices import SegmenterName
from ner.file_schema import FileSchema, Names

PLACES = 4
FIRST, INSIDE, LAST, ALONE = range(PLACES)
"""The places of a character in a word."""


class StoredSegmenter(FileSchema):
    """The entry `segmenter` of a model.

    Args:
        name: the segmenter.
        package: the distribution that cut the training data.
        version: its version.
        dictionary: the SHA-256 digest of the user dictionary; None without one.
        parts: the parts of speech, in the order of their ids.
        size: the numbers of the vector of a place and a part of speech.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: SegmenterName
    package: str
    version: str
    dictionary: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    parts: Annotated[Names, Field(max_length=1000)]
    size: Annotated[int, Field(ge=1, le=4096)]

    @property
    def ids(self) -> int:
        """The number of ids: 0 for no word, and one for each place with each part of speech or an unknown one."""
        return 1 + PLACES * (1 + len(self.parts))
