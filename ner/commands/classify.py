"""`bert-ner classify`: train classifiers of texts or pairs, and use them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.classifying.label_options import LabelOptions
from ner.commands.classify_files import ClassifyFiles, prediction_options
from ner.commands.classify_search import compare, label_options, tune
from ner.commands.command import command, command_group
from ner.commands.messages import say
from ner.commands.options import engine_settings, settings_options
from ner.commands.parameters import Data, Json, Report, Resume, named_paths, option
from ner.commands.terminal import Terminal
from ner.quantities import describe_duration
from ner.tagging.engine_settings import EngineSettings

if TYPE_CHECKING:
    from ner.classifying.classifier import Classifier

_Classifier = Annotated[
    Path,
    option("Folder of the classifier, from classify train.", "classify train 生成的分类器文件夹。", "--model", "-m"),
]


@command(
    zh="训练文本分类器：保留 dev F1 最高的那一轮，并在 dev 和 test 上评测。",
    examples=["bert-ner classify train -d data_demo_classify/topics -o my-classifier"],
    makes_files=True,
    settings=settings_options(ClassifierSettings, config=True),
    reading=label_options,
)
def train(
    data: Data,
    output: Annotated[
        Path,
        option(
            "Folder for the classifier. A folder with another model is refused; nothing is deleted.",
            "存放分类器的文件夹；里面若有别的模型就报错，不会删除任何文件。",
            "--output",
            "-o",
        ),
    ],
    resume: Resume = False,
    *,
    settings: ClassifierSettings,
    reading: LabelOptions,
    terminal: Terminal,
) -> None:
    """Train a classifier, keep the epoch with the best dev F1, and evaluate it on dev and test."""
    from ner.classifying.labelled_files import read_labelled_data
    from ner.output_paths import check_unused

    check_unused(output, "output", [data, *named_paths([settings.encoder])])
    labelled = read_labelled_data(data, reading, multi_label=settings.multi_label, seed=settings.seed)
    from ner.classifying.classification_scores import format_scores
    from ner.classifying.train_classifier import train_classifier

    run = train_classifier(labelled, output, settings, resume=resume, progress=terminal)
    for split, scores in run.scores.items():
        say(f"\n{split}\n{format_scores(scores)}")
    say(f"\nmodel and reports are in {output} ({describe_duration(run.record['minutes'])} of training)")


@command(
    zh="预测文件中每条文本（或每对文本）的标签。",
    examples=["bert-ner classify predict news.txt --model my-classifier --output labels.csv"],
    makes_files=True,
    job=ClassifyFiles,
    reading=prediction_options,
    engine=engine_settings,
)
def predict(
    model: _Classifier,
    *,
    job: ClassifyFiles,
    reading: LabelOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Predict the labels of the texts, or pairs of texts, of files."""
    job.run(lambda: _load(model, engine), reading, terminal, keep=model)


@command(
    zh="用标注好的文本评测分类器：准确率、F1、MCC、ROC AUC、校准误差，并写出报告。",
    examples=["bert-ner classify evaluate -m my-classifier -d data_demo_classify/topics"],
    reading=label_options,
    engine=engine_settings,
)
def evaluate(
    data: Data,
    model: _Classifier,
    split: Annotated[Literal["train", "dev", "test"], option("Split to use.", "用哪个划分评测。")] = "test",
    report: Report = None,
    as_json: Json = False,
    *,
    reading: LabelOptions,
    engine: EngineSettings,
    terminal: Terminal,
) -> None:
    """Compute the scores of a classifier on labelled texts: accuracy, F1, MCC, ROC AUC and calibration."""
    from ner.classifying.labelled_files import read_labelled_split

    if report is not None:
        from ner.classifying.classifier_report import check_classifier_report_folder

        check_classifier_report_folder(report, "report", [data, model])
    classifier = _load(model, engine)
    gold = read_labelled_split(data, split, reading, multi_label=classifier.multi_label)
    from ner.classifying.classification_scores import format_scores
    from ner.commands.printing import print_json

    scores = classifier.evaluate(gold)
    if report is not None:
        from ner.classifying.classifier_report import write_classifier_report

        write_classifier_report(scores, report, classifier.name, gold.path)
    if scores.unknown:
        terminal.note(f"note: labels that the classifier doesn't know: {', '.join(scores.unknown)}")
    if as_json:
        print_json(scores.to_dict())
    else:
        say(f"{classifier.name} on {gold.path}\n{format_scores(scores)}")
    if report is not None:
        say(f"report: {report / 'report.html'}", err=as_json)


@command(
    zh="显示分类器的标签、结构、训练数据和分数。",
    examples=["bert-ner classify info --model my-classifier"],
)
def info(model: _Classifier, as_json: Json = False, *, terminal: Terminal) -> None:
    """Show the labels, the architecture, the training data and the scores of a classifier."""
    from ner.classifying.classifier_info import classifier_info, format_info
    from ner.commands.printing import print_json

    found = classifier_info(model)
    if as_json:
        print_json(found)
    else:
        say(format_info(found))


def _load(model: Path, engine: EngineSettings) -> "Classifier":
    from ner.classifying.classifier import Classifier

    return Classifier.load(model, engine.precision, engine.threads, engine.batch_characters)


@command_group(zh="训练和使用文本分类器。", commands=[train, predict, evaluate, compare, tune, info])
def classify() -> None:
    """Train classifiers of texts, and use them."""
