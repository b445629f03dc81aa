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
    zh="用没有标注的文本预训练一个编码器，供 train --encoder 使用。编码器学习预测被遮住的字，或找出被替换的字。\n\n"
    "用 --minutes 或 --steps（二选一）指定训练多久。",
    examples=["bert-ner pretrain news.txt.gz --output my-encoder --minutes 60"],
    makes_files=True,
    settings=pretraining_settings,
    reading=encoding_option,
)
def pretrain(
    files: Annotated[
        list[str],
        argument(
            "Text files (also .gz), one paragraph per line. Large files are read more; FILE=2 is read twice as often.",
            "文本文件（可以是 .gz），每行一段，按大小成比例混合。写成 FILE=2，读到的次数就翻倍。",
            metavar="FILE...",
        ),
    ],
    output: Annotated[
        Path,
        option(
            "Folder for the encoder. A folder with another model is refused; nothing is deleted.",
            "存放编码器的文件夹；里面若有别的模型就报错，不会删除任何文件。",
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
    """Pretrain an encoder on plain text, for train --encoder.

    It learns to predict masked characters or to find replaced ones. Give either --minutes or --steps: the length of
    the run.
    """
    from ner.pretraining.pretrain import pretrain as run_pretraining
    from ner.pretraining.unlabelled_text import parse_source

    sources = [parse_source(name) for name in files]
    uses = [*(source.path for source in sources), *named_paths([settings.encoder, settings.teacher])]
    check_unused(output, "output", uses)
    run_pretraining(sources, settings, output, encoding=reading.encoding, resume=resume, progress=terminal)
    say(f"the encoder is in {output}: bert-ner train --encoder {output} --data DIR --output MODEL")
