"""What a run that the user interrupted ends with."""


class TrainingInterrupted(Exception):
    """Training was interrupted and can be resumed; the message says how."""
