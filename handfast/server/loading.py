"""Imports the application, and says in one line which name is gone when generated code has moved on."""

from __future__ import annotations

import re
import sys
import traceback
from difflib import get_close_matches
from pathlib import Path

from uvicorn import Config

from handfast.errors import HandfastError

_MISSING = re.compile(r"cannot import name '([^']+)' from")


class StaleImport(HandfastError):
    """Code of the project imports a name that one of its own modules does not have, often any more."""


def load(config: Config) -> None:
    """Import the application of a configuration; raises StaleImport where a traceback would hide what is meant."""
    try:
        config.load()
    except ImportError as error:
        if (told := _told(error)) is not None:
            raise StaleImport(told) from None
        raise


def _told(error: ImportError) -> str | None:
    """What to say of an import of the project from itself; None for any other."""
    missing = _MISSING.match(str(error))
    here = Path.cwd()
    if missing is None or error.name is None or error.path is None or not Path(error.path).is_relative_to(here):
        return None
    place = traceback.extract_tb(error.__traceback__)[-1]
    file = Path(place.filename)
    shown = file.relative_to(here) if file.is_relative_to(here) else file
    names = [name for name in dir(sys.modules.get(error.name)) if not name.startswith("_")]
    close = get_close_matches(missing[1], names, n=3, cutoff=0.5)
    hint = (
        f"did you mean {' or '.join(close)}?" if close else "the contract may have changed: see what it generates now"
    )
    return f"{shown}:{place.lineno}: error[import-missing]: {error.name} has no {missing[1]}\n    hint: {hint}"
