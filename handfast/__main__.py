"""Makes `python -m handfast` and the `handfast` command the same."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without the `tooling` extra, say how to get it."""
    try:
        from handfast.cli import run
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich"}:
            raise
        sys.exit(f"handfast: the command line needs {missing.name}: pip install 'handfast[tooling]'")
    sys.exit(run())


if __name__ == "__main__":
    main()
