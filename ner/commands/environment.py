"""What a report of an error should say about the installation and the machine."""

import os
import platform
from collections.abc import Iterator

from ner.cpu_settings import available_cores
from ner.language import language
from ner.memory import available_memory, gigabytes
from ner.version import installed_version

_PACKAGES = (
    "bert-ner",
    "torch",
    "transformers",
    "numpy",
    "pandas",
    "onnxruntime",
    "openvino",
    "huggingface-hub",
    "safetensors",
)
_VARIABLES = ("OMP_NUM_THREADS", "HF_ENDPOINT", "HF_HUB_OFFLINE", "CUDA_VISIBLE_DEVICES")


def describe_installation() -> Iterator[str]:
    """Lines to paste: versions, system, processor, and how PyTorch was built. They name no user, machine or folder."""
    yield ", ".join(f"{name} {installed_version(name)}" for name in _PACKAGES)
    yield f"Python {platform.python_version()} ({platform.python_implementation()}), {platform.platform()}"
    free = available_memory()
    yield f"{platform.machine()}, {available_cores()} cores, {gigabytes(free) if free else '?'} of memory free"
    set_ = [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]
    yield ", ".join([f"language {language()}", *set_])
    try:
        import torch
    except ImportError as error:
        yield f"PyTorch can't be imported: {error}"
        return
    gpus = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    capability = torch.backends.cpu.get_cpu_capability()
    yield f"PyTorch: {capability}, {torch.get_num_threads()} threads, GPUs: {', '.join(gpus) or 'none'}"
    yield torch.__config__.show().strip()
