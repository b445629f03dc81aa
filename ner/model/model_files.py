"""The names of the files in a model folder."""

CONFIG, WEIGHTS, CHARACTERS = "config.json", "model.safetensors", "characters.json"
RECORD = "training.json"
CARD = "README.md"
