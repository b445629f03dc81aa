"""Calibrating the scores of a classifier: temperature scaling, fitted on dev."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ner.classifying.classifier import Classifier
from ner.classifying.labelled_text import LabelledSplit

_STEPS = 50


def fit_temperature(classifier: Classifier, dev: LabelledSplit) -> float:
    """Find the temperature that makes the labels of `dev` most probable (Guo et al. 2017, section 4.2).

    A standard normal prior of its logarithm counts as much as one text, so that a few texts without a mistake don't
    make the classifier certain of everything. Texts with labels that the classifier doesn't know are left out.

    Args:
        classifier: the classifier. It is not changed.
        dev: the labelled texts.

    Returns:
        The temperature; 1 if no text is left.
    """
    places = {label: i for i, label in enumerate(classifier.labels)}
    known = [text for text in dev.texts if places.keys() >= {*text.labels}]
    if not known:
        return 1.0
    gold = np.zeros((len(known), len(places)))
    for row, text in zip(gold, known, strict=True):
        row[[places[label] for label in text.labels]] = 1
    scores = torch.from_numpy(classifier.scores([text.content for text in known]))
    target = torch.from_numpy(gold)
    logarithm = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logarithm], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        scaled = scores / logarithm.exp()
        if classifier.multi_label:
            total = functional.binary_cross_entropy_with_logits(scaled, target, reduction="sum")
        else:
            total = -(target * scaled.log_softmax(dim=1)).sum()
        mean = (total + logarithm.square() / 2) / len(known)
        mean.backward()  # type: ignore[no-untyped-call]
        return mean

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return float(logarithm.detach().exp())
