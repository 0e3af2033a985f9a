"""Imports the application of a project, and says in a line or two where its code cannot be."""

from __future__ import annotations

import re
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from handfast.errors import HandfastError
from handfast.project import ProjectError

_HOW_TO_NAME_APP = "name the application as module:attribute, in [tool.handfast] app or as an argument"
_MISSING = re.compile(r"cannot import name '([^']+)' from")


class ApplicationError(HandfastError):
    """Code of the project is no Python, or imports what is not there, often not any more."""


def import_app(name: str, folder: Path) -> object:
    """The application of a name as `module:attribute`, by default `app`, imported with a folder on the path.

    Raises ProjectError when there is no such module or attribute, and ApplicationError for code that is not Python or
    that imports what is not there; what else the module raises goes through.
    """
    module_name, _, attribute = name.partition(":")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found: object = import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module_name}.".startswith(f"{missing.name}."):
            raise ApplicationError(_told(missing, folder)) from None
        raise ProjectError(f"there is no module {missing.name!r} in {folder}; {_HOW_TO_NAME_APP}") from None
    except (ValueError, TypeError) as wrong:
        if module_name.strip(".") == module_name and module_name:
            raise
        raise ProjectError(f"{name!r} names no module: {wrong}; {_HOW_TO_NAME_APP}") from None
    except ImportError as error:
        raise ApplicationError(_told(error, folder)) from None
    except SyntaxError as error:
        place = f"{_shown(error.filename or '', folder)}:{error.lineno}:{error.offset}"
        raise ApplicationError(f"{place}: this is not Python: {error.msg}") from None
    file = getattr(found, "__file__", None)
    for part in (attribute or "app").split("."):
        found = getattr(found, part, None)
    if found is None:
        raise ProjectError(f"{module_name} ({file}) has no {attribute or 'app'!r}; {_HOW_TO_NAME_APP}")
    return found


def _told(error: ImportError, folder: Path) -> str:
    """What an import of the project cannot find, and the line of the project that wants it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    if not own:
        return str(error)
    place = f"{_shown(own[-1].filename, folder)}:{own[-1].lineno}: error[import-missing]"
    missing = _MISSING.match(str(error))
    if missing is None or error.name is None or error.path is None or not Path(error.path).is_relative_to(folder):
        return f"{place}: {error}\n    hint: install what has it, or correct the name"
    names = [name for name in dir(sys.modules.get(error.name)) if not name.startswith("_")]
    close = get_close_matches(missing[1], names, n=3, cutoff=0.5)
    changed = "the contract may have changed: see what it generates now"
    hint = f"did you mean {' or '.join(close)}?" if close else changed
    return f"{place}: {error.name} has no {missing[1]}\n    hint: {hint}"


def _shown(file: str, folder: Path) -> Path:
    path = Path(file)
    return path.relative_to(folder) if path.is_relative_to(folder) else path
