"""What to know about the data before a tagger is trained: rare types, a small dev split, and a tagger to start from."""

from collections.abc import Iterator

from ner.built_in import TAGGER_FOLDER
from ner.choices import BUILT_IN_TAGGER
from ner.data.corpus import Corpus
from ner.language import Text
from ner.model.model_files import CONFIG
from ner.model.stored_config import read_config
from ner.training.training_settings import TrainingSettings

_RARE = 20
_MOST_RARE = 10
_DEV_ENTITIES = 100
_FEW_SENTENCES = 1000


def training_advice(corpus: Corpus, settings: TrainingSettings) -> Iterator[Text]:
    """Sentences about the data that the user can act on, each with the numbers that it is based on.

    Args:
        corpus: the data, with entities in train.
        settings: the settings of the run.
    """
    rare = [(name, count) for name, count in sorted(corpus.train.types.items()) if count < _RARE]
    if rare:
        more = len(rare) - _MOST_RARE
        named = ", ".join(f"{name} {count}" for name, count in rare[:_MOST_RARE]) + ", ..." * (more > 0)
        yield Text(
            f"types with fewer than {_RARE} entities in train: {named}; the tagger learns little about them: label "
            "more, or join them with another type",
            f"train 中不足 {_RARE} 个实体的类型：{named}；模型很难学会，请多标一些，或者与别的类型合并",
        )
    entities = corpus.dev.types.total()
    if entities < _DEV_ENTITIES:
        yield Text(
            f"dev has {entities} entities, too few to choose the best epoch by and to trust its scores: label "
            f"{_DEV_ENTITIES} or more",
            f"dev 只有 {entities} 个实体，太少，选不准最好的一轮，分数也不可靠：请标注 {_DEV_ENTITIES} 个以上",
        )
    if settings.init_from is None and len(corpus.train.sentences) < _FEW_SENTENCES:
        shared = sorted({*corpus.types} & {*read_config(TAGGER_FOLDER / CONFIG)["types"]})
        if shared:
            yield Text(
                f"{BUILT_IN_TAGGER} knows {', '.join(shared)}: with few sentences, `init_from` {BUILT_IN_TAGGER} "
                "usually gives a better tagger",
                f"{BUILT_IN_TAGGER} 已经会识别 {', '.join(shared)}：句子少时，用 `init_from` {BUILT_IN_TAGGER} "
                "继续训练，效果通常更好",
            )
