"""From strings to entities: the one path that tagging, evaluation and training's dev scores share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable, Ids
from ner.characters.window_batches import in_chunks, window_batches
from ner.choices import BATCH_CHARACTERS, BUILT_IN_TAGGER, CHUNK_CHARACTERS, MOST_READINGS, PrecisionName
from ner.data import schemes
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.type_table import KEEP_TYPES, TypeTable
from ner.decoding.numpy_chain import Floats
from ner.decoding.span_tracks import Tags
from ner.decoding.tag_decoders import CrfDecoder, Decoded, TagDecoder
from ner.errors import InputError, NotFiniteError
from ner.evaluation.scores import Evaluation, evaluate
from ner.lexicon.fixed_spans import FixedSpan
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.matcher import Matcher
from ner.memory import require_memory
from ner.model.require_model import WRITE_ONE, require_model_folder, require_whole_model
from ner.records.record import Alternative, TaggedText
from ner.runtime.exported_folder import is_exported, load_exported
from ner.tagging.decoding_batches import BYTES_PER_PAIR, BYTES_PER_SCORE, COPIES, DecodingBatch, decoding_batches
from ner.tagging.engine import Engine
from ner.tagging.engine_settings import EngineSettings
from ner.tagging.known_texts import KnownText, know_text, with_overruled, with_sources
from ner.tagging.model_graph import load_graph, runs_without_torch
from ner.tagging.model_info import read_record
from ner.tagging.runtime_engine import ExportedEngine
from ner.tagging.tag_documents import tag_documents
from ner.tagging.tagged_texts import FoundEntities, TaggedTexts
from ner.texts import each_text

_Owner = TypeVar("_Owner")


class Tagger:
    """Finds the entities in Chinese text.

    >>> tagger = Tagger.load()  # the built-in tagger; Tagger.load("model") for your own
    >>> [(entity.text, entity.label) for entity in tagger.tag("林晓东住在杭州。")]
    [('林晓东', 'PER'), ('杭州', 'LOC')]

    Args:
        engine: computes emissions, and has the decoder.
        table: the characters of its encoder.
        batch_characters: the most padded characters that the network reads at once. A longer window is read alone.
        name: the name in reports.
        folder: the folder that it was loaded from; None if there is none.
        matchers: find the terms of lexicons; none without a lexicon.

    Raises:
        InputError: there is a lexicon, but the model has no CRF.
    """

    def __init__(
        self,
        engine: Engine,
        table: CharacterTable,
        batch_characters: int = BATCH_CHARACTERS,
        *,
        name: str = "",
        folder: Path | None = None,
        matchers: Sequence[Matcher] = (),
    ) -> None:
        self.name = name
        self.folder = folder
        self.engine = engine
        self.table = table
        self.batch_characters = batch_characters
        self.labels = engine.labels
        self.scheme = schemes.SCHEMES[engine.scheme]
        if matchers and not engine.decoder().keeps_to_scheme:
            raise InputError("a lexicon needs a model with a CRF: train one with `decoder` crf")
        self.matchers = matchers
        listed = sorted({type_ for matcher in matchers for type_ in matcher.types})
        self._new_types = [type_ for type_ in listed if type_ not in engine.types]
        self.types = [*engine.types, *self._new_types]
        self._tags = Tags.of(engine.labels, self.scheme, self._new_types)

    def __repr__(self) -> str:
        return f"<Tagger {self.name or 'without a name'}: {', '.join(self.types)}>"

    @classmethod
    def load(
        cls,
        name: str | Path | None = None,
        precision: PrecisionName = "auto",
        threads: int | None = None,
        batch_characters: int = BATCH_CHARACTERS,
        *,
        pytorch: bool = False,
        lexicon: Lexicon | str | Path | None = None,
    ) -> "Tagger":
        """Load a tagger from a model folder, or from the folder of an exported tagger.

        A model is moved to the GPU if there is one. An exported tagger runs on the CPU. The built-in tagger is both.

        Args:
            name: the folder; `mini-zh-uner` or None for the built-in tagger.
            precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it). The number format of an exported
                tagger is fixed: use `auto`.
            threads: the number of CPU threads, for all later work of PyTorch or for the exported tagger. None uses
                their defaults.
            batch_characters: as for the class.
            pytorch: whether the built-in tagger runs in PyTorch, if that is installed. By default it runs in ONNX
                Runtime in float32, which starts several seconds earlier. PyTorch is faster on much text, if it has a
                GPU or a CPU that is fast at bf16. The precision `bf16` always means PyTorch. Other taggers have one way
                to run.
            lexicon: terms that entities may come from, or the file of a list; see `with_lexicon`.

        Raises:
            InputError: the folder contains no complete model that this version can read, a number is out of its
                range, or the list has errors.
        """
        settings = EngineSettings(precision=precision, threads=threads, batch_characters=batch_characters)
        precision, threads, batch_characters = settings.precision, settings.threads, settings.batch_characters
        folder = model_folder(name)
        shown = str(name or BUILT_IN_TAGGER)
        require_model_folder(folder, WRITE_ONE)
        without_torch = runs_without_torch(folder, precision, pytorch=pytorch)
        if without_torch or is_exported(folder):
            exported, table = load_graph(folder) if without_torch else load_exported(folder)
            engine = ExportedEngine(folder, exported, precision, threads)
            engine.require_fit(table)
            return cls(engine, table, batch_characters, name=shown, folder=folder).with_lexicon(lexicon)
        require_whole_model(folder)
        from ner.model.model_folder import load_model  # PyTorch takes seconds to import
        from ner.tagging.torch_engine import NetworkEngine

        model, table = load_model(folder)
        network = NetworkEngine.for_inference(model, precision, threads)
        return cls(network, table, batch_characters, name=shown, folder=folder).with_lexicon(lexicon)

    def with_lexicon(self, lexicon: Lexicon | str | Path | None) -> "Tagger":
        """A tagger with the same network that also uses a list of terms. It shares the network, so it needs no time.

        What the list says becomes part of the model's distribution: an entry multiplies the probability of all readings
        that have exactly this span as an entity of this type. So the context still counts, and scores are exact.

        >>> from ner import Lexicon
        >>> lexicon = Lexicon()
        >>> lexicon.add("星海湾", "ORG", weight=12)
        >>> tagger = Tagger.load().with_lexicon(lexicon)
        >>> [(entity.text, entity.label, entity.source) for entity in tagger.tag("星海湾今天上市。")]
        [('星海湾', 'ORG', 'dictionary')]

        Args:
            lexicon: the terms, the file of a list, or None for none.

        Raises:
            InputError: the list has errors, its entries contradict each other, or the model has no CRF.
        """
        if lexicon is None:
            matchers = []
        elif isinstance(lexicon, (Lexicon, str, Path)):
            found = lexicon if isinstance(lexicon, Lexicon) else Lexicon.read(lexicon)
            matchers = [Matcher(found, self.table)]
        else:
            raise InputError(f"expected `lexicon` to be a Lexicon or a file, got {lexicon!r:.60}")
        return self.with_matchers(matchers)

    def with_matchers(self, matchers: Sequence[Matcher]) -> "Tagger":
        """A tagger with the same network that uses all of these lexicons.

        Raises:
            InputError: there is a lexicon, but the model has no CRF.
        """
        return Tagger(
            self.engine, self.table, self.batch_characters, name=self.name, folder=self.folder, matchers=matchers
        )

    @property
    def record(self) -> Mapping[str, Any] | None:
        """The training record: data, settings and scores, from `training.json`; None if the folder has none.

        Raises:
            InputError: the file is damaged.
        """
        return read_record(self.folder) if self.folder else None

    def evaluate(self, sentences: Split | Sequence[Sentence], types_map: TypeTable = KEEP_TYPES) -> Evaluation:
        """Tag annotated sentences and compare the result with their entities.

        >>> from ner import Tagger, read_corpus
        >>> result = Tagger.load().evaluate(read_corpus("data_demo").test)
        >>> result.per_type["type"].tolist()
        ['LOC', 'ORG', 'PER']

        Args:
            sentences: the annotated sentences.
            types_map: new names of types, such as `{"NAME": "PER"}`, if the data and the model have different names for
                the same; None removes a type. They are used for annotated and for predicted entities.

        Raises:
            InputError: some sentences have characters whose tag is unknown.
        """
        return evaluate(self, sentences, types_map)

    @overload
    def tag(  # type: ignore[overload-overlap]  # a string is a sequence of strings
        self, texts: str, fixed: Sequence[FixedSpan] | None = None
    ) -> list[Entity]: ...

    @overload
    def tag(self, texts: Iterable[str], fixed: Sequence[Sequence[FixedSpan]] | None = None) -> list[list[Entity]]: ...

    def tag(self, texts: str | Iterable[str], fixed: Any = None) -> list[Entity] | list[list[Entity]]:
        """Find the entities of one or several texts.

        Args:
            texts: a text or several texts, of any length. They may be empty.
            fixed: spans that are already known: a list for each text, or one list for a single text. Other entities,
                and the scores, are conditional on these spans.

        Returns:
            The entities in order of position: a list for each text, or one list for a single text.

        Raises:
            ValueError: `texts` has something else than texts, `fixed` has not one list for each text, or a span is
                impossible.
        """
        if isinstance(texts, str):
            return self.tag([texts], None if fixed is None else [fixed])[0]
        texts = list(each_text(texts))
        if fixed is None:
            return TaggedTexts(self.tag_stream(texts))
        if isinstance(fixed, (str, bytes)) or not isinstance(fixed, Iterable):
            raise InputError(f"expected `fixed` to have a list of spans for each text, got {fixed!r:.60}")
        fixed = list(fixed)
        if len(fixed) != len(texts):
            raise ValueError(f"expected `fixed` to have a list for each of the {len(texts)} texts, got {len(fixed)}")
        return TaggedTexts(self._decode(texts, self._known(texts, fixed), self.emissions(texts)))

    def nbest(self, texts: Iterable[str], n: int) -> list[list[Alternative]]:
        """The `n` most probable readings of each text, the best first. There are fewer if a text has fewer readings.

        Raises:
            ValueError: `n` is out of its range, or `texts` has something else than texts.
        """
        _require_number(n, least=1)
        return [reading.alternatives for reading in self.readings(texts, n)]

    def tag_stream(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        """Tag a stream of texts in constant memory. The order is kept.

        About 100,000 characters are read at a time, before the first of their results is returned.
        """
        return (reading.entities for reading in self.readings(texts))

    def tag_documents(self, documents: Iterable[tuple[_Owner, str]]) -> Iterator[tuple[_Owner, list[Entity]]]:
        """Tag a stream of texts that belong to something, as `tag_stream` does.

        >>> rows = [{"id": 7, "text": "林晓东住在杭州。"}]
        >>> for row, entities in Tagger.load().tag_documents((row, row["text"]) for row in rows):
        ...     print(row["id"], [entity.text for entity in entities])
        7 ['林晓东', '杭州']

        Args:
            documents: pairs of anything, such as an id or a record, and a text.

        Returns:
            Pairs of the same and the entities of its text, in the same order.

        Raises:
            ValueError: something else than a pair with a text.
        """
        return tag_documents(self.tag_stream, documents)

    def readings(
        self, texts: Iterable[str], n: int = 0, *, watch: Callable[[int], None] | None = None
    ) -> Iterator[TaggedText]:
        """Find the entities of each text and its `n` most probable readings, as a stream.

        Args:
            texts: the texts.
            n: the number of readings.
            watch: called after each batch with the number of characters that the network has read.

        Raises:
            ValueError: `n` is out of its range, or `texts` has something else than texts.
        """
        _require_number(n, least=0)
        chunks = in_chunks(each_text(texts), len, CHUNK_CHARACTERS)
        return (reading for chunk in chunks for reading in self._read_chunk(chunk, n, watch))

    def _read_chunk(self, texts: Sequence[str], n: int, watch: Callable[[int], None] | None) -> list[TaggedText]:
        known = self._known(texts)
        emissions = self.emissions(texts, watch)
        alternatives = self._alternatives(texts, known, emissions, n) if n else [[] for _ in texts]
        found = map(TaggedText, self._decode(texts, known, emissions), alternatives)
        return [*found] if known is None else [*map(with_overruled, found, texts, known)]

    def _known(
        self, texts: Sequence[str], fixed: Sequence[Sequence[FixedSpan]] | None = None
    ) -> list[KnownText] | None:
        """What is known of the texts before they are tagged; None if nothing is known of any."""
        if not self.matchers and fixed is None:
            return None
        learned = self.engine.list_weights
        return [
            know_text(text, spans, self._tags, self.types, self._new_types, self.matchers, learned)
            for text, spans in zip(texts, fixed or [()] * len(texts), strict=True)
        ]

    def _alternatives(
        self, texts: Sequence[str], known: Sequence[KnownText] | None, emissions: Sequence[Floats], n: int
    ) -> list[list[Alternative]]:
        decoder = self.engine.decoder()
        found = [[Alternative([], 1.0)] for _ in texts]  # an empty text has one reading
        longest = max(map(len, texts), default=0)
        require_memory(
            n * len(self.labels) * (BYTES_PER_SCORE * longest + 2 * BYTES_PER_PAIR * len(self.labels)),
            f"{n} readings of {longest:,} characters with {len(self.labels):,} labels need",
            "lower `n`, or cut the text into shorter ones",
        )
        for batch in decoding_batches(texts, known, emissions, self._tags, n):
            best = decoder.nbest(batch.emissions, batch.mask, n, batch.allowed, batch.spans)
            probable = np.exp(np.minimum(best.log_probabilities, 0))  # rounding of huge scores gives more
            rows = zip(batch.members, best.tags, probable.tolist(), strict=True)
            for i, tags, probabilities in rows:
                found[i] = [
                    Alternative(self._entities(texts[i], tag), probability)
                    for tag, probability in zip(tags, probabilities, strict=True)
                    if probability > 0
                ]
        return found

    def emissions(self, texts: Iterable[str], watch: Callable[[int], None] | None = None) -> list[Floats]:
        """Compute the scores of each tag at each character of each text, `(chars, tags)`.

        Long texts are read in overlapping windows. The scores of a character are from the window that keeps it.

        Args:
            texts: the texts.
            watch: called after each batch with the number of characters that the network has read.

        Raises:
            ValueError: `texts` has something else than texts.
            NotFiniteError: some scores are not finite.
        """
        texts = list(each_text(texts))
        characters = sum(map(len, texts))
        require_memory(
            BYTES_PER_SCORE * COPIES * characters * len(self.labels),
            f"{characters:,} characters with {len(self.labels):,} labels need",
            "cut long texts into shorter ones",
        )
        emissions: list[Floats] = [np.empty((len(text), len(self.labels)), dtype=np.float32) for text in texts]
        engine = self.engine
        for batch in window_batches(texts, self.table, engine.window, self.batch_characters, engine.words):
            for origin, window, kept in batch.kept(engine.emissions(*batch.inputs)):
                if not np.isfinite(kept).all():
                    raise NotFiniteError(
                        f"the scores of the model for {texts[origin][:20]!r} are not finite: its weights are damaged, "
                        "or too large for bf16; set `precision` to fp32, or train again"
                    )
                emissions[origin][window.keep_start : window.keep_end] = kept
            if watch is not None:
                watch(sum(window.keep_end - window.keep_start for window in batch.windows))
        return emissions

    def _decode(
        self, texts: Sequence[str], known: Sequence[KnownText] | None, emissions: Sequence[Floats]
    ) -> list[list[Entity]]:
        """Find the entities of each text, with one Viterbi pass over the whole text."""
        decoder = self.engine.decoder()
        found: list[list[Entity]] = [FoundEntities(text, ()) for text in texts]
        for batch in decoding_batches(texts, known, emissions, self._tags):
            decoded = decoder.decode(batch.emissions, batch.mask, batch.allowed, batch.spans)
            alone = decoded if batch.spans is None else self._without_lexicon(decoder, batch, decoded.tags)
            for row, i in enumerate(batch.members):
                entities = [
                    replace(entity, score=decoded.probability(row, entity.start, entity.end))
                    for entity in self._entities(texts[i], decoded.tags[row])
                ]
                if known is not None and self.matchers:
                    of_model = entities if batch.spans is None else self._entities(texts[i], alone.tags[row])
                    scores = [
                        0.0 if entity.label in self._new_types else alone.probability(row, entity.start, entity.end)
                        for entity in entities
                    ]
                    entities = with_sources(entities, scores, of_model, known[i].sources)
                found[i].extend(entities)
        return found

    def _without_lexicon(self, decoder: TagDecoder, batch: DecodingBatch, tags: Ids) -> Decoded:
        """What the model finds without the lexicon, with the probabilities of the entities of `tags`."""
        assert isinstance(decoder, CrfDecoder)
        of_model = np.where(tags < self._tags.known, tags, self.labels.index(schemes.OUTSIDE))
        return decoder.compare(batch.emissions, batch.mask, of_model, batch.fixed)

    def _entities(self, text: str, tags: Ids) -> list[Entity]:
        names = [self._tags.names[tag] for tag in tags[: len(text)]]
        entities, repairs = schemes.tags_to_entities(names, text, self.scheme)
        # A CRF makes illegal sequences impossible. Those of a softmax are read as conlleval does.
        assert repairs == 0 or not self.engine.decoder().keeps_to_scheme, names
        return entities


def _require_number(n: int, least: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or not least <= n <= MOST_READINGS:
        raise InputError(f"expected `n` to be a whole number from {least} to {MOST_READINGS}, got {n!r}")
