"""The settings of the network of a tagger."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import CellName, DecoderName, TaggingScheme, WordsName
from ner.common_settings import NETWORK, Share
from ner.model.encoder_settings import EncoderSettings
from ner.settings import AlsoNamed, Help, Search, Unset, settings_group


@settings_group
class NetworkSettings(EncoderSettings):
    """The architecture of a tagger. `AlsoNamed` is the key in `config.json`."""

    words: Annotated[
        WordsName,
        NETWORK,
        Help(
            "Words that the BiLSTM also reads, for each character: its place in its word and the part of speech of the "
            "word. jieba segments the text; with list, only the words of words_dictionary are words.",
            "BiLSTM 同时读入每个字在词中的位置和词性。jieba：分词；list：只有 words_dictionary 里的词才是词。",
        ),
    ] = "none"
    words_dictionary: Annotated[
        str | None,
        NETWORK,
        Unset("none", "无"),
        Help(
            "User dictionary of words: a text file with one word per line, optionally with its frequency and its part "
            "of speech. The model keeps a copy.",
            "words 的用户词典：文本文件，每行一个词，后面可以写词频和词性。模型会保存一份副本。",
        ),
    ] = None
    scheme: Annotated[
        TaggingScheme,
        NETWORK,
        Help(
            "Tag scheme inside the model. It can be different from that of the data.",
            "模型内部使用的标注体系，可以与数据的不同。",
        ),
    ] = "BIOES"
    cell: Annotated[CellName, NETWORK, Help("Recurrent cell: BiLSTM or BiGRU.", "循环层的类型：BiLSTM 或 BiGRU。")] = (
        "lstm"
    )
    lstm_size: Annotated[
        int,
        Field(ge=1, le=4096),
        NETWORK,
        Search(choices=(64, 128, 256)),
        Help("Hidden units of the BiLSTM or BiGRU in each direction.", "BiLSTM 或 BiGRU 每个方向的隐藏单元数。"),
    ] = 128
    lstm_layers: Annotated[
        int,
        Field(ge=0, le=16),
        NETWORK,
        Help("Number of BiLSTM or BiGRU layers. 0: not used.", "BiLSTM 或 BiGRU 的层数。0 表示不用。"),
    ] = 1
    decoder: Annotated[
        DecoderName,
        NETWORK,
        AlsoNamed("tag_decoder"),
        Help(
            "How tags are chosen: by a CRF, or by a softmax at each character.",
            "怎样选出标签：用 CRF，或者对每个字单独用 softmax。",
        ),
    ] = "crf"
    label_smoothing: Annotated[
        Share,
        NETWORK,
        Help(
            "Share of the training target that is spread over all tags. It is only for the decoder softmax.",
            "训练时把目标概率的多大比例分给所有标签。仅用于 softmax。",
        ),
    ] = 0.0

    def conflicts(self) -> Iterator[str]:
        yield from super().conflicts()
        if self.words_dictionary is not None and self.words == "none":
            yield self.conflict("words_dictionary", "None without `words`")
        if self.words_dictionary is None and self.words == "list":
            yield self.conflict("words_dictionary", "a file with `words` list")
        if self.label_smoothing and self.decoder != "softmax":
            yield self.conflict("label_smoothing", f"0 with `decoder` {self.decoder}")
