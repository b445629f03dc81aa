"""An engine process: it loads the models, and works on one batch after the other until its standard input ends.

It is started as `python -m ner.serving.engine_process`. Messages are those of `ner.serving.frames`. The first one is a
`Start`; the answer has the models or an error. Then each `Batch` gets its results, in order.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import orjson

from ner.cpu_settings import set_up_libraries
from ner.errors import InputError
from ner.model.model_files import CONFIG
from ner.model.stored_classifier import is_classifier
from ner.model.stored_config import read_config
from ner.serving.engine_lexicons import EngineLexicons
from ner.serving.frames import pack, read_frame

if TYPE_CHECKING:
    from ner.classifying.classifier import Classifier
    from ner.data.entities import Entity
    from ner.embedding.embedder import Embedder
    from ner.tagging.tagger import Tagger

_WARM_UP = "林晓东昨天从杭州赶到北京大学医院看望李教授。" * 8

Result = dict[str, Any]
"""What is known of a text; `{"error": sentence, "kind": KIND}` if it can't be worked on.

`KIND` says what is wrong: `input` (the text and what is known of it), `lexicon` or `engine`.
"""


class Start(TypedDict):
    """The first message."""

    models: dict[str, str]
    encoders: dict[str, str]
    precision: str
    threads: int
    batch_characters: int
    lexicons: dict[str, Any]
    """The content of lists by their versions."""
    lists: dict[str, str]
    """The version of the list of each model that has one."""


class Batch(TypedDict):
    """Texts with the same task: `tag`, `classify` or `embed`, with the options of the task."""

    model: str
    task: str
    options: dict[str, Any]
    items: list[dict[str, Any]]
    lexicons: dict[str, Any]
    """The lists that entities may come from, by their versions; None for the content of those that the process has."""
    forget: list[str]
    """The versions of lists that are no longer needed."""


class _WrongLexicon(Exception):
    """A list can't be used with a model."""


class Models:
    """The taggers, classifiers and encoders of one process.

    Args:
        start: their folders, and how they compute.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._taggers: dict[str, Tagger] = {}
        self._classifiers: dict[str, Classifier] = {}
        for name, folder in start["models"].items():
            self._load(name, folder, (start["precision"], start["threads"], start["batch_characters"]))
        self._encoders = {name: _load_encoder(name_, start) for name, name_ in start["encoders"].items()}
        self._lexicons = EngineLexicons(start["lexicons"])
        for model, version in start["lists"].items():
            if model in self._classifiers:
                raise InputError(f"{model} is a classifier, so it has no use for a list: give the list to a tagger")
            self._lexicons.apply(model, self._taggers[model], [version])

    def _load(self, name: str, folder: str, how: tuple[Any, int, int]) -> None:
        if is_classifier(Path(folder)):
            from ner.classifying.classifier import Classifier

            self._classifiers[name] = Classifier.load(folder, *how)
        else:
            from ner.tagging.model_graph import MUCH_TEXT, needs_pytorch
            from ner.tagging.tagger import Tagger

            self._taggers[name] = Tagger.load(folder, *how, pytorch=needs_pytorch(MUCH_TEXT))

    def describe(self) -> dict[str, Any]:
        """Try each model once, and tell what clients need to know of it."""
        described = {}
        for name, tagger in self._taggers.items():
            described[name] = {
                "types": tagger.types,
                **_describe(tagger.engine, self._layer_sizes(name, tagger.engine), tagger.tag),
            }
        for name, classifier in self._classifiers.items():
            work = partial(_classify_alike, classifier)
            described[name] = {
                "labels": classifier.labels,
                "pairs": classifier.pairs,
                **_describe(classifier.engine, self._layer_sizes(name, classifier.engine), work),
            }
        for name, embedder in self._encoders.items():
            described[name] = _describe(embedder, _layer_sizes(embedder.encoder.config.to_dict()), embedder.embed)
        return {name: {"types": [], "labels": [], "pairs": False, **model} for name, model in described.items()}

    def work(self, batch: Batch) -> list[Result]:
        """The result of each item. If a batch fails, its items are tried one by one."""
        items = batch["items"]
        self._lexicons.update(batch["lexicons"], batch["forget"])
        run = {"tag": self._run_tag, "classify": self._run_classify, "embed": self._run_embed}[batch["task"]]
        try:
            return run(batch, items)
        except _WrongLexicon as error:
            return [{"error": str(error), "kind": "lexicon"} for _ in items]
        except Exception as error:
            if len(items) == 1:
                return [_describe_error(error, items[0]["text"])]
            return [self.work({**batch, "items": [item]})[0] for item in items]

    def _run_tag(self, batch: Batch, items: Sequence[dict[str, Any]]) -> list[Result]:
        from ner.lexicon.fixed_spans import FixedSpan

        model = batch["model"]
        try:
            tagger = self._lexicons.apply(model, self._taggers[model], batch["lexicons"])
        except ValueError as error:
            raise _WrongLexicon(error) from None
        texts = [item["text"] for item in items]
        if batch["options"].get("fixed"):
            fixed = [[FixedSpan(*span) for span in item["fixed"]] for item in items]
            return [{"entities": _rows(found)} for found in tagger.tag(texts, fixed)]
        nbest = batch["options"].get("nbest", 0)
        results: list[Result] = []
        for reading in tagger.readings(texts, nbest):
            result: Result = {"entities": _rows(reading.entities)}
            if nbest:
                result["alternatives"] = [[one.probability, _rows(one.entities)] for one in reading.alternatives]
            results.append(result)
        return results

    def _run_classify(self, batch: Batch, items: Sequence[dict[str, Any]]) -> list[Result]:
        texts = [(item["text"], item["pair"]) if "pair" in item else item["text"] for item in items]
        found = self._classifiers[batch["model"]].predict(texts)
        return [{"labels": [*one.labels], "scores": {**one.scores}} for one in found]

    def _run_embed(self, batch: Batch, items: Sequence[dict[str, Any]]) -> list[Result]:
        options = batch["options"]
        embedder = self._embedder(batch["model"], options["layer"])
        texts = [item["text"] for item in items]
        if options["pooling"] == "none":
            return [{"vector": _json(vectors)} for vectors in embedder.embed_characters(texts)]
        return [{"vector": _json(vector)} for vector in embedder.embed(texts, options["pooling"])]

    @cache  # noqa: B019 - the models live as long as the process
    def _embedder(self, model: str, layer: str) -> "Embedder":
        from ner.embedding.embedder import Embedder
        from ner.embedding.layer_choice import parse_layer

        found = self._encoder(model)
        return Embedder(found.encoder, found.table, parse_layer(layer), found.precision)

    @cache  # noqa: B019
    def _encoder(self, model: str) -> "Embedder":
        """The encoder of a model. If the model runs in ONNX Runtime, PyTorch and the encoder are loaded here."""
        from ner.embedding.embedder import Embedder

        if model in self._encoders:
            return self._encoders[model]
        owner: Any = self._taggers.get(model) or self._classifiers[model]
        if hasattr(owner.engine, "model"):
            return Embedder(owner.engine.model.encoder, owner.table, precision=owner.engine.precision)
        return _load_encoder(self._start["models"][model], self._start)

    def _layer_sizes(self, name: str, engine: Any) -> list[int]:
        """The sizes of the vectors of each layer of a model; none if the model is exported."""
        from ner.tagging.model_graph import has_graph

        if hasattr(engine, "model"):
            return _layer_sizes(engine.model.encoder.config.to_dict())
        folder = Path(self._start["models"][name])
        if has_graph(folder) and find_spec("torch"):
            return _layer_sizes(read_config(folder / CONFIG)["encoder"])
        return []


def _load_encoder(name: str, start: Start) -> "Embedder":
    import torch

    from ner.embedding.embedder import Embedder

    torch.set_num_threads(start["threads"])
    precision: Any = start["precision"]
    return Embedder.load(name, precision=precision)


def _describe(engine: Any, layers: list[int], work: Callable[[list[str]], object]) -> dict[str, Any]:
    """What clients need to know of all kinds of models, after a try."""
    return {
        "precision": engine.precision,
        "window": engine.window,
        "embeds": bool(layers),
        "layers": layers,
        "characters_per_second": _speed(work),
    }


def _classify_alike(classifier: "Classifier", texts: list[str]) -> object:
    """Classify texts, or if the classifier reads pairs, each text beside an empty one."""
    return classifier.predict([(text, "") for text in texts] if classifier.pairs else texts)


def _layer_sizes(config: Mapping[str, Any]) -> list[int]:
    """The sizes of the vectors of each layer, by the configuration of an encoder. DistilBERT has its own names."""
    layers, size = (
        (config.get("num_hidden_layers") or config["n_layers"]),
        (config.get("hidden_size") or config["dim"]),
    )
    return [size] * (layers + 1)


def _speed(work: Callable[[list[str]], object]) -> float:
    """The characters per second, measured after a first try."""
    work([_WARM_UP])
    began = time.perf_counter()
    work([_WARM_UP] * 4)
    return 4 * len(_WARM_UP) / (time.perf_counter() - began)


def _rows(entities: "Sequence[Entity]") -> list[tuple[Any, ...]]:
    """The fields of entities, without their text. Those of a lexicon come last, if there is one."""
    return [
        (e.start, e.end, e.label, e.score, *((e.source, e.id, e.model_score) if e.source is not None else ()))
        for e in entities
    ]


def _json(vectors: Any) -> str:
    """Numbers as text: they come into an answer as they are, so that the service has no object for each of millions."""
    return orjson.dumps(vectors, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _describe_error(error: Exception, text: str) -> Result:
    """What went wrong, without the text: it must not get into a log or into the answer to somebody else."""
    if isinstance(error, ValueError):
        return {"error": str(error).replace(repr(text[:20]), "this text"), "kind": "input"}
    return {"error": type(error).__name__, "kind": "engine"}


def _serve(receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    try:
        models = Models(receive())
        send({"models": models.describe()})
    except ValueError as error:
        send({"error": str(error)})
        return
    except (OSError, MemoryError, ModuleNotFoundError) as error:
        send({"error": f"the models can't be loaded: {error or 'not enough memory'}"})
        return
    while True:
        batch = receive()
        began = time.perf_counter()
        results = models.work(batch)
        send({"results": results, "seconds": time.perf_counter() - began})


def main() -> None:
    """Read batches from standard input and write results to what was standard output."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no message
    set_up_libraries()

    def send(message: Any) -> None:
        output.write(pack(message))
        output.flush()

    try:
        _serve(lambda: read_frame(sys.stdin.buffer), send)
    except (EOFError, BrokenPipeError):  # the service has ended
        os._exit(0)


if __name__ == "__main__":
    main()
