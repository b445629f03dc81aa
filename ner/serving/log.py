"""The log of the service on standard error: plain lines, or JSON lines. It never holds a text."""

import logging
import sys
from datetime import datetime, timezone
from typing import Any

import orjson

from ner.serving.serving_settings import LogFormat


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{moment} {record.levelname.lower()} {record.getMessage()}{' ' * bool(fields)}{fields}{_error(record)}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line = {"time": moment, "level": record.levelname.lower(), "message": record.getMessage(), **_fields(record)}
        if error := _error(record):
            line["error"] = error.strip()
        return orjson.dumps(line).decode()


class _Stream(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Go on: a full disk or a closed terminal is no reason to stop answering."""


def set_up_log(format_name: LogFormat) -> None:
    """Send the log of the service, of uvicorn and of asyncio to standard error."""
    handler = _Stream(sys.stderr)
    handler.setFormatter(_Json() if format_name == "json" else _Plain())
    for name, level in (("ner.serving", logging.INFO), ("uvicorn", logging.WARNING), ("asyncio", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _error(record: logging.LogRecord) -> str:
    """Where an unexpected error happened. Its own message is left out, because it may quote a text."""
    if not record.exc_info or not record.exc_info[0]:
        return ""
    places, trace = [], record.exc_info[2]
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " | ".join([f" {record.exc_info[0].__name__}", *places[-6:]])
