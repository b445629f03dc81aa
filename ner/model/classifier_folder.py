"""Loading a classifier from its folder."""

from pathlib import Path

from ner.characters.character_table import CharacterTable
from ner.model.classifier_network import TextClassifier, TextClassifierConfig
from ner.model.model_files import CONFIG, WEIGHTS
from ner.model.model_folder import (
    check_encoder,
    check_temperature,
    load_network,
    name_damaged_file,
)
from ner.model.quiet_transformers import quiet_transformers
from ner.model.require_model import require_model_folder, require_whole_model
from ner.model.stored_classifier import read_classifier_config
from ner.model.stored_weights import check_sizes, read_shapes


@quiet_transformers()
def load_classifier(folder: Path) -> tuple[TextClassifier, CharacterTable]:
    """Load a classifier that `save_model` wrote, in float32 and in evaluation mode.

    Raises:
        InputError: the folder contains no classifier, an incomplete or damaged one, or one of a newer format.
    """
    require_model_folder(folder, "write one with bert-ner classify train")
    require_whole_model(folder)
    content = read_classifier_config(folder / CONFIG)
    check_sizes(content, read_shapes(folder / WEIGHTS), folder / WEIGHTS)
    with name_damaged_file(folder / CONFIG):
        check_encoder(content["encoder"])
        config = TextClassifierConfig.from_dict(content)
    model, table = load_network(TextClassifier, config, folder)
    check_temperature(model.temperature.item(), "temperature", folder / WEIGHTS)
    return model, table
