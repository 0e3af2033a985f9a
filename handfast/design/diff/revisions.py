"""Contracts from git: `main:openapi/api.yaml` is the file in a revision, with all that it refers to."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

from handfast.contract import Contract, load_contract
from handfast.errors import ContractError, Diagnostic, Location, UsageError

_SUFFIXES = {".yaml", ".yml", ".json"}


class RevisionError(UsageError):
    """There is no such revision, no such file in it, or no repository."""


def load(name: str, default: Path | None = None, *, folder: Path | None = None) -> Contract:
    """The contract that a name means: a file, `revision:file`, or a revision in which `default` is meant.

    `folder` is where git is asked, and what paths are relative to (default: the current one). Files of a revision are
    written to a temporary folder while they are read; positions name `revision:file`. Raises ContractError with
    everything that is wrong, RevisionError for what git does not know.
    """
    if Path(name).is_file():
        return load_contract(name)
    revision, colon, path = name.partition(":")
    if not colon:
        if Path(name).suffix.lower() in _SUFFIXES and not _is_revision(name, folder):
            raise RevisionError(f"there is no file {name}")
        if default is None:
            raise RevisionError(f"{name}: there is no such file; a revision is written as REVISION:FILE")
        path = default.as_posix()
    return _in_revision(revision, path, (folder or Path.cwd()).resolve())


def commit(revision: str, folder: Path) -> str:
    """The digest of the commit that a revision means in the repository around a folder. Raises RevisionError."""
    _top(folder)
    missing = f"git knows no revision {revision!r}; fetch it, or name another branch, tag or commit"
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", missing=missing, folder=folder)
    return found.decode().strip()


def _is_revision(name: str, folder: Path | None) -> bool:
    try:
        _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", folder=folder)
    except RevisionError:
        return False
    return True


def files_of(revision: str, folder: Path) -> list[Path]:
    """The files of git that are written when a branch or tag comes to mean another commit; none without git."""
    try:
        git = _git("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", folder=folder)
    except RevisionError:
        return []
    own, common = map(Path, git.decode().splitlines())
    names = (revision, *(f"refs/{kind}/{revision}" for kind in ("heads", "tags", "remotes")))
    return [own / "HEAD", common / "packed-refs", *(common / name for name in names)]


def _top(folder: Path) -> Path:
    """The folder of the repository around a folder."""
    found = _git("rev-parse", "--show-toplevel", missing=f"there is no git repository around {folder}", folder=folder)
    return Path(found.decode().strip())


def _in_revision(revision: str, path: str, here: Path) -> Contract:
    top = _top(here)
    file = (here / path).resolve()
    if not file.is_relative_to(top):
        raise RevisionError(f"{revision}:{path}: the file is not in the repository {top.name}")
    inside = file.relative_to(top)
    commit(revision, here)
    missing = f"there is no {inside} in the revision {revision}"
    _git("cat-file", "-e", f"{revision}:{inside.as_posix()}", missing=missing, folder=top)
    with tempfile.TemporaryDirectory(prefix="handfast-") as name:
        folder = Path(name).resolve()
        (folder / ".git").mkdir()  # so that the folder is a project, and references do not lead out of it
        archive = _git("archive", "--format=tar", revision, "--", *_files(revision, inside, top), folder=top)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        try:
            contract = load_contract(folder / inside)
        except ContractError as error:
            raise ContractError(_renamed(each, folder, revision) for each in error.diagnostics) from None
        contract.positions.rename(lambda file: _name(file, folder, revision))
        return contract


def _files(revision: str, inside: Path, top: Path) -> list[str]:
    """YAML and JSON files of the revision: whatever a contract can refer to."""
    listed = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", revision, folder=top).decode().split("\0")
    wanted = {*_SUFFIXES, inside.suffix}
    return [name for name in listed if name and Path(name).suffix in wanted]


def _git(*arguments: str, missing: str = "", folder: Path | None = None) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise RevisionError("git is not installed, so there are no revisions to compare with") from None
    if done.returncode:
        raise RevisionError(missing or done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


def _name(file: str, folder: Path, revision: str) -> str:
    path = Path(file).resolve()
    return f"{revision}:{path.relative_to(folder).as_posix()}" if path.is_relative_to(folder) else file


def _renamed(diagnostic: Diagnostic, folder: Path, revision: str) -> Diagnostic:
    place = diagnostic.location
    if place is None:
        return diagnostic
    return replace(diagnostic, location=Location(_name(place.file, folder, revision), place.line, place.column))
