"""`bert-ner bench`: how fast a model tags here."""

from pathlib import Path
from typing import Annotated

from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.options import text_options
from ner.commands.parameters import Json, Model, argument, option
from ner.commands.terminal import Terminal
from ner.extras import import_extra
from ner.language import Text
from ner.records.text_options import TextOptions


@command(
    zh="测量模型在这台机器上的识别速度：比较各种数值精度、线程数和 batch 大小，并给出建议。",
    examples=["bert-ner bench --model my-tagger news.txt"],
    reading=text_options,
)
def bench(
    model: Model = Path(BUILT_IN_TAGGER),
    files: Annotated[
        list[str] | None,
        argument(
            "Text files similar to those that you want to tag. About 16,000 characters are used.",
            "与要识别的文本相近的文本文件；只用其中约 16,000 字。",
            default=Text("random text", "随机文本"),
        ),
    ] = None,
    serve: Annotated[
        bool,
        option(
            "Measure how many engine processes and threads suit bert-ner serve.",
            "测量 bert-ner serve 用多少引擎进程和线程合适。",
            "--serve",
        ),
    ] = False,
    as_json: Json = False,
    *,
    reading: TextOptions,
    terminal: Terminal,
) -> None:
    """Measure how fast a model tags on this machine by precision, threads and batch size, and recommend options."""
    from rich.console import Console

    from ner.commands.printing import print_bench, print_json, print_plans
    from ner.records.text_files import TextFiles

    texts = (record.text for record in TextFiles(files or [], reading).records())
    if serve:
        import_extra("fastapi", "serve", "bench --serve")
        from ner.serving.measure_plans import measure_plans

        plans = measure_plans(model, texts, terminal)
        print_json(plans.to_dict()) if as_json else print_plans(plans, Console())
        return
    from ner.tagging.speed import bench as run_bench

    measured = run_bench(model, texts, terminal)
    print_json(measured.to_dict()) if as_json else print_bench(measured, Console())
