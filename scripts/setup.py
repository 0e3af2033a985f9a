"""Makes `.venv` what `requirements.lock` says; does nothing, quickly, when it already is.

Standard library only, so that a bare machine with Python 3.11 can run it. What is installed is stamped last: a run that
was interrupted is simply done again. An older Python looks for a newer one on PATH before it gives up.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

OLDEST = (3, 11)
NEWER = ["python3.14", "python3.13", "python3.12", "python3.11"]
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / ".handfast-setup"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP = ["--disable-pip-version-check", "--no-input", "--quiet"]


def main() -> None:
    """Bring `.venv` up to date, or say in one line why that is not possible."""
    if sys.version_info < OLDEST:
        use_newer_python()
    with only_one_at_a_time():
        wanted = stamps()
        present = installed()
        if present == wanted:
            return
        if not present.get("python"):
            create_environment()
        if present.get("lock") != wanted["lock"]:
            count = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
            say(f"installing {count} locked packages into .venv (a minute or so the first time)")
            pip("install", "--require-hashes", "--no-deps", "--requirement", str(LOCK))
        pip("install", "--no-build-isolation", "--no-deps", "--editable", str(ROOT))
        STAMP.write_text("".join(f"{name} {value}\n" for name, value in wanted.items()), encoding="utf-8")
        say("ready")


def use_newer_python() -> None:
    """Start again with the newest suitable Python on PATH; without one, stop and say what is needed."""
    for name in NEWER:
        path = shutil.which(name)
        if path and subprocess.call([path, "-c", "import venv"], stderr=subprocess.DEVNULL) == 0:
            os.execv(path, [path, *sys.argv])
    found = ".".join(map(str, sys.version_info[:3]))
    stop(
        f"Python 3.11 or newer is needed, and {sys.executable} is {found}; name one: make PYTHON=/path/to/python3 setup"
    )


def stamps() -> dict[str, str]:
    """What the environment should be: the lock, what pyproject.toml says about installing, and that it has a Python."""
    import tomllib

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    packaging = repr([project.get("build-system"), project.get("project"), project["tool"].get("hatch"), str(ROOT)])
    return {
        "python": "yes",
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "project": hashlib.sha256(packaging.encode()).hexdigest(),
    }


def installed() -> dict[str, str]:
    """What the environment was stamped with; empty where it is missing or its Python does not start any more."""
    probe = f"import sys; sys.exit(sys.version_info < {OLDEST!r})"
    if not PYTHON.exists() or subprocess.call([PYTHON, "-c", probe], stderr=subprocess.DEVNULL) != 0:
        return {}
    if not STAMP.exists():
        has_pip = subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
        return {"python": "yes"} if has_pip else {}
    lines = STAMP.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition(" ") for line in lines)}


def create_environment() -> None:
    """A fresh `.venv`; where Debian left ensurepip out, the pip of the system installs into it."""
    say(f"creating .venv with Python {'.'.join(map(str, sys.version_info[:3]))}")
    if can_import("ensurepip"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "the virtual environment could not be created")
    elif can_import("venv") and can_import("pip"):
        run(
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)],
            "the virtual environment could not be created",
        )
        command = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *PIP, "pip"]
        run(command, "pip could not be installed")
    else:
        stop("this Python has no ensurepip; on Debian and Ubuntu: apt-get install python3-venv")


def can_import(module: str) -> bool:
    """Whether the Python that runs this has a module (Debian packages ensurepip, venv and pip apart)."""
    return subprocess.call([sys.executable, "-c", f"import {module}"], stderr=subprocess.DEVNULL) == 0


def pip(*arguments: str) -> None:
    """Run the environment's own pip."""
    run(
        [str(PYTHON), "-m", "pip", *arguments, *PIP],
        "pip failed (its words are above). Without a network, or behind a mirror, pip needs to be told: "
        "PIP_INDEX_URL, PIP_PROXY, PIP_CERT. Then run it again; what is done already is kept.",
    )


def run(command: list[str], problem: str) -> None:
    """Run a command; a failure stops with one sentence."""
    if subprocess.call(command, cwd=ROOT) != 0:
        stop(problem)


@contextlib.contextmanager
def only_one_at_a_time() -> Generator[None]:
    """Let `make run` and `make test` be started together on a fresh clone: the second waits for the first."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with PROJECT.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(message: str) -> None:
    """A word of progress."""
    print(f"setup: {message}", flush=True)


def stop(problem: str) -> None:
    """The end, with the reason."""
    sys.exit(f"setup: {problem}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("setup: interrupted; run it again to go on")
