"""Adding characters of the text to the vocabulary of an encoder."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ner.characters.character_table import CharacterTable
from ner.model.load_encoder import MaskedLanguageModel, character_table
from ner.pretraining.starting_encoder import embeddings_of


def find_unknown_characters(counts: Counter[str], table: CharacterTable) -> list[tuple[str, int]]:
    """The characters that the encoder doesn't know, with their counts, the most frequent first."""
    return [
        (character, count)
        for character, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if character.isprintable() and table.unknown(character)
    ]


def add_characters(language_model: MaskedLanguageModel, characters: Sequence[str], name: str) -> MaskedLanguageModel:
    """Add characters to the vocabulary of an encoder.

    The embedding of a new character is the mean of the embeddings of its NFKC form. For example, ㎡ gets the mean of m
    and 2. If the encoder knows none of them, it is the mean of all characters.

    Args:
        language_model: the encoder, which is changed.
        characters: the new characters.
        name: the name of the encoder for messages.
    """
    if not characters:
        return language_model
    model, tokenizer, old = language_model.model, language_model.tokenizer, language_model.table
    known = torch.from_numpy(old.character_ids)
    tokenizer.add_tokens(list(characters))
    table = character_table(name, tokenizer)
    new = torch.from_numpy(table.encode("".join(characters)))
    model.resize_token_embeddings(max(len(embeddings_of(model)), int(new.max()) + 1), mean_resizing=False)
    output: Any = model.get_output_embeddings()
    # The output weights usually are the embeddings; then they are changed only once. The bias is always separate.
    tensors: dict[int, Tensor] = {id(t): t for t in (embeddings_of(model), output.weight, output.bias)}
    with torch.no_grad():
        for tensor in tensors.values():
            mean = tensor[known].mean(dim=0)
            rows: list[int] = new.tolist()
            for character, row in zip(characters, rows, strict=True):
                tensor[row] = _mean_of_form(character, old, tensor, mean)
    return MaskedLanguageModel(model, tokenizer, table, language_model.head_is_new, language_model.dtype)


def _mean_of_form(character: str, table: CharacterTable, rows: Tensor, otherwise: Tensor) -> Tensor:
    ids = table.encode(unicodedata.normalize("NFKC", character))
    ids = ids[ids != table.unk]
    return rows[torch.from_numpy(ids)].mean(dim=0) if len(ids) else otherwise
