import optuna
from optuna.trial import TrialState

from ner.tuning.sampler import RepeatableSampler


def test_the_defaults_are_tried_again_if_their_trial_was_cut_short() -> None:
    study = optuna.create_study(sampler=RepeatableSampler(1, {"dropout": 0.1}))

    def ask() -> tuple[optuna.Trial, float]:
        trial = study.ask()
        return trial, trial.suggest_float("dropout", 0.0, 0.5)

    first, dropout = ask()
    assert dropout == 0.1
    assert ask()[1] != 0.1  # another worker's, or this one's after a restart, while the first counts as running
    study.tell(first, state=TrialState.FAIL)
    assert ask()[1] == 0.1
    assert ask()[1] != 0.1
