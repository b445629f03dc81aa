"""Numbers of things and durations, in words."""


def counted(number: int, noun: str) -> str:
    """A number of things, with the plural unless there is one.

    >>> counted(1, "sentence"), counted(2000, "entity")
    ('1 sentence', '2,000 entities')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def describe_duration(minutes: float) -> str:
    """A duration in seconds if it is short, else in minutes.

    >>> describe_duration(0.2), describe_duration(3.14)
    ('12 seconds', '3.1 minutes')
    """
    seconds = round(60 * minutes)
    return counted(seconds, "second") if seconds < 120 else f"{minutes:,.1f} minutes"
