"""Finding an encoder before anything is loaded."""

from pathlib import Path

from ner.choices import BUILT_IN_ENCODER
from ner.errors import InputError

CONFIG = "config.json"
NAME_OR_NETWORK = (
    "check the name and the network, set HF_ENDPOINT to a mirror of the Hub, or give a local folder (made elsewhere "
    f"with hf download) or {BUILT_IN_ENCODER} (built in)"
)


def require_encoder(name: str) -> None:
    """Check that there is an encoder of that name, as far as can be told without loading it.

    Args:
        name: `mini-zh` (built in), a folder, or a name on the Hugging Face Hub.

    Raises:
        InputError: it is a folder without an encoder, or the Hub can't be reached and it was not downloaded before.
    """
    path = Path(name)
    if name == BUILT_IN_ENCODER:
        return
    if path.is_dir():
        if not (path / CONFIG).is_file():
            kind = "a TensorFlow checkpoint" if (path / "bert_config.json").is_file() else "no encoder"
            raise InputError(
                f"{name} contains {kind}: expected config.json, weights and a vocabulary as transformers saves them"
            )
    elif path.exists() or name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise InputError(
            f"{name} is not a folder: `encoder` is {BUILT_IN_ENCODER}, a folder, or a name on the Hugging Face Hub"
        )
    else:
        _require_download(name)


def _require_download(name: str) -> None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    from ner.model.hub_connection import hub_is_reachable, is_offline

    try:
        stored = try_to_load_from_cache(name, CONFIG)
    except HFValidationError:
        raise InputError(
            f"{name!r} is no folder, and can't be a name on the Hugging Face Hub: give another `encoder`"
        ) from None
    if isinstance(stored, str):
        return
    if is_offline():
        raise InputError(
            f"can't load the encoder {name}: there is no such folder, it was not downloaded before, and `offline` or "
            f"HF_HUB_OFFLINE forbids to ask the Hugging Face Hub; download it first (hf download {name}), or use "
            f"{BUILT_IN_ENCODER} (built in)"
        )
    if not hub_is_reachable():
        raise InputError(
            f"can't load the encoder {name}: there is no such folder, it was not downloaded before, and the Hugging "
            f"Face Hub can't be reached; {NAME_OR_NETWORK}"
        )
