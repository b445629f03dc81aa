"""`bert-ner pretrain`: make an encoder."""

from pathlib import Path
from typing import Annotated

from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.options import encoding_option, pretraining_settings
from ner.commands.parameters import Resume, argument, named_paths, option
from ner.commands.terminal import Terminal
from ner.data.read_options import ReadOptions
from ner.output_paths import check_unused
from ner.pretraining.pretraining_settings import PretrainingSettings


@command(
    zh="用没有标注的文本预训练一个编码器，供 train --encoder 使用；方法是还原被遮住的字，或找出被替换的字。\n\n"
    "用 --minutes 或 --steps 指定何时结束（二选一），学习率到那时降为 0。",
    examples=["bert-ner pretrain news.txt.gz --output my-encoder --minutes 60"],
    makes_files=True,
    settings=pretraining_settings,
    reading=encoding_option,
)
def pretrain(
    files: Annotated[
        list[str],
        argument(
            "Text files, one paragraph per line, plain or gzipped, mixed by size. FILE=2 counts twice.",
            "文本文件，每行一段，可用 gzip 压缩，按大小混合。写成 FILE=2 则按两倍计。",
            metavar="FILE...",
        ),
    ],
    output: Annotated[
        Path,
        option(
            "Folder for the encoder; a folder that holds another model is refused, never emptied.",
            "存放编码器的文件夹；里面若有别的模型，会报错，不会清空。",
            "--output",
            "-o",
        ),
    ],
    resume: Resume = False,
    *,
    settings: PretrainingSettings,
    reading: ReadOptions,
    terminal: Terminal,
) -> None:
    """Pretrain an encoder on unlabelled text, for train --encoder: it restores masked or finds replaced characters.

    Say with --minutes or --steps when the run ends; the learning rate falls to 0 by then.
    """
    from ner.pretraining.pretrain import pretrain as run_pretraining
    from ner.pretraining.text import parse_source

    sources = [parse_source(name) for name in files]
    uses = [*(source.path for source in sources), *named_paths([settings.encoder, settings.teacher])]
    check_unused(output, "output", uses)
    run_pretraining(sources, settings, output, encoding=reading.encoding, resume=resume, progress=terminal)
    say(f"the encoder is in {output}: bert-ner train --encoder {output} --data DIR --output MODEL")
