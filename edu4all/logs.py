"""Logs as JSON lines that hold ids, sizes and durations, never prompts, names, codes or PINs."""

from pythonjsonlogger.json import JsonFormatter as Base


class JsonFormatter(Base):
    """Names the fields once, so that every process writes the same line."""

    def __init__(self, **kwargs):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", **kwargs)
