import pytest
from transformers import TrainerState

from ner.training.fit import describe_end


@pytest.mark.parametrize(
    ("global_step", "patience", "expected"),
    [
        (24, 1, "stopped: no better dev F1 for 1 epoch; epoch 2 is kept (dev F1 92.81)"),
        (24, 3, "stopped: no better dev F1 for 3 epochs; epoch 2 is kept (dev F1 92.81)"),
        (40, 3, "epoch 2 of 5 is kept (dev F1 92.81)"),
    ],
)
def test_it_is_told_why_a_run_ended_and_what_is_kept(global_step: int, patience: int, expected: str) -> None:
    history = [{"epoch": float(epoch), "step": 8 * epoch, "eval_f1": 92.0} for epoch in range(1, 6)]
    state = TrainerState(
        max_steps=40, num_train_epochs=5, global_step=global_step, best_global_step=16, log_history=history
    )
    state.best_metric = 92.8056
    assert describe_end(state, patience) == expected
