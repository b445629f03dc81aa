"""From a corpus and settings to a model folder."""
