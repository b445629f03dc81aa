"""Make a trained tagger small enough for the package: python recipes/pack_tagger.py MODEL OUTPUT.

The weights of the encoder become float16, and the record keeps the names of the data files without their folder.
"""

import json
import shutil
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file


def main(model: Path, output: Path) -> None:
    """Write the files of a model folder into `output`; others, such as the model card, stay."""
    weights = load_file(model / "model.safetensors")
    halved = {name: value.half() if name.startswith("encoder.") else value for name, value in weights.items()}
    save_file(halved, output / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "characters.json"):
        shutil.copyfile(model / name, output / name)
    record = json.loads((model / "training.json").read_text(encoding="utf-8"))
    for split in record["data"].values():
        split["path"] = Path(split["path"]).name
    (output / "training.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
