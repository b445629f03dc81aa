"""Entity-level scores exactly as the CoNLL-2000 script ``conlleval`` computes and prints them.

The package needs nothing but the standard library. From Python::

    from conlleval import evaluate, report

    scores = evaluate([["B-PER", "I-PER", "O"]], [["B-PER", "I-PER", "O"]])
    scores.f1                    # 100.0, in percent
    print(report(scores), end="")

From a shell, with the options of the Perl script: ``python -m conlleval < predictions.txt``.

The original is ``conlleval.pl``, version 2004-01-26, by Erik Tjong Kim Sang, written for the shared task described
in Tjong Kim Sang and Buchholz, *Introduction to the CoNLL-2000 Shared Task: Chunking* (CoNLL-2000).
"""

from conlleval.report import latex, report
from conlleval.scorer import Scores, TypeScores, evaluate

__all__ = ["Scores", "TypeScores", "evaluate", "latex", "report"]
