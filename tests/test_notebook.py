"""Training and results in a real Jupyter kernel: results show themselves as HTML, and a bar shows progress."""

from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

import nbformat  # noqa: E402  # comes with nbclient

CELLS = [
    """
from ner import Corpus, Sentence, Trainer, TrainingSettings, check_corpus
corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
""",
    """
trainer = Trainer(TrainingSettings(init_from="mini-zh-uner", epochs=1), train=corpus, output="model")
tagger = trainer.train()
""",
    "trainer.evaluate(corpus.dev)",
    'tagger.tag("我在<上海>。")',
    'tagger.tag(["我在上海。", "他在上海。"])',
    "check_corpus(corpus)",
]


@pytest.mark.slow
def test_results_and_progress_show_themselves(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    # Without ipywidgets tqdm, which transformers imports, says in any notebook that it has no widgets.
    assert all("TqdmWarning" in output.text for output in outputs[0])
    (progress,) = outputs[1]  # one output, that changed as training went on
    assert "epoch 1 of 1: loss " in progress.data["text/html"]
    assert "<progress" not in progress.data["text/html"]  # at the end the bar is gone
    shown = [cell[0].data["text/html"] for cell in outputs[2:]]
    assert "F1 100.00, precision 100.00, recall 100.00 on 2 sentences" in shown[0]
    assert shown[0].count("<tr") == 2
    assert "<mark" in shown[1]
    assert "&lt;上海" in shown[1] or "&lt;<mark" in shown[1]
    assert shown[2].count("<p>") == 2
    assert "suspicions" in shown[3]
