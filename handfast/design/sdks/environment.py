"""The environment of generators: a Python with Node in it, made from lock files and kept until these change.

Generators fix the versions of what they depend on, so they live apart from the project: in its virtual environment,
where nothing else looks, or in the user's cache where there is no virtual environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from handfast.errors import HandfastError

_LOCKS = ("requirements.lock", "package.json", "package-lock.json")
_STAMP = ".complete"
_PIP = ("--disable-pip-version-check", "--no-input", "--quiet")
_NPM = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_SHOWN = 60
"""Lines of what a failed command said."""


class SdkError(HandfastError):
    """A generator, a type checker or a package manager failed; the message has what it said."""


@dataclass(frozen=True, slots=True)
class Tools:
    """An environment of generators in a folder."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "python" / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.bin / ("python.exe" if os.name == "nt" else "python")

    @property
    def node_modules(self) -> Path:
        """Where its npm packages are."""
        return self.folder / "node_modules"

    @property
    def cache(self) -> Path:
        """Where mypy remembers what it knows of the libraries of SDKs."""
        return self.folder / "mypy-cache"

    def run(self, *command: str | Path, where: Path | None = None, **environment: str) -> str:
        """Run one of its commands; answers what it said, and raises SdkError when it fails."""
        path = os.pathsep.join((str(self.bin), str(self.node_modules / ".bin"), os.environ.get("PATH", "")))
        return run(command, where or self.folder, {"PATH": path, "REDOCLY_TELEMETRY": "off", **environment})


def run(command: Sequence[str | os.PathLike[str]], where: Path, environment: Mapping[str, str]) -> str:
    """Run a command; answers what it said, and raises SdkError when it fails."""
    values = {**os.environ, "NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1", **environment}
    program = shutil.which(command[0], path=values["PATH"]) or command[0]
    try:
        done = subprocess.run(
            [program, *command[1:]],
            cwd=where,
            env=values,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise SdkError(f"{command[0]} cannot be run: {error}") from None
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        lines = said.strip().splitlines()
        raise SdkError("\n".join([f"{' '.join(map(str, command))}: exit code {done.returncode}", *lines[-_SHOWN:]]))
    return said


def prepare(say: Callable[[str], None], locks: Path | None = None, folder: Path | None = None) -> Tools:
    """The environment that lock files describe, by default those of `handfast sdk`; made at the first call.

    `locks` is a folder with requirements.lock, package.json and package-lock.json. Raises SdkError.
    """
    with resources.as_file(resources.files("handfast.design.sdks") / "tools") as own:
        source = (locks or own).resolve()
        tools = Tools(folder or _home() / "handfast-sdk-tools")
        wanted = _digest(source)
        stamp = tools.folder / _STAMP
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return tools
        say(f"installing generators into {tools.folder} (a minute or so, once)")
        _install(source, tools)
        stamp.write_text(wanted, encoding="utf-8")
        return tools


def _install(source: Path, tools: Tools) -> None:
    shutil.rmtree(tools.folder, ignore_errors=True)
    tools.folder.mkdir(parents=True)
    here = {"PATH": os.environ.get("PATH", "")}
    run([sys.executable, "-m", "venv", "--without-pip", tools.folder / "python"], tools.folder, here)
    pip = (sys.executable, "-m", "pip", "--python", str(tools.python), "install", *_PIP)
    run([*pip, "--require-hashes", "--no-deps", "--requirement", source / "requirements.lock"], tools.folder, here)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(source / name, tools.folder / name)
    tools.run("npm", "ci", *_NPM)


def _home() -> Path:
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _digest(source: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in _LOCKS:
        digest.update((source / name).read_bytes())
    return digest.hexdigest()
