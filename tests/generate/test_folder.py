"""The folder of a generated package: what is written, touched, removed, refused, and the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from handfast.contract import Contract, load_contract
from handfast.errors import GenerationError
from handfast.generate import Changes, generate
from tests.generate.made import contract, operation

_LIBRARY = Path(__file__).parent / "golden" / "library.yaml"
_PRINT_DIGEST = """
import hashlib, sys
from handfast.contract import load_contract
from handfast.generate.package import package_files
files = package_files(load_contract(sys.argv[1]))
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())
"""


def _things(*names: str) -> Contract:
    return contract({f"/{name}": {"get": operation(name, tags=[name])} for name in names})


def _state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_nothing_is_touched_when_nothing_changed(tmp_path: Path) -> None:
    library, folder = load_contract(_LIBRARY), tmp_path / "generated"
    assert "operations/books.py" in generate(library, folder).added
    before = _state(folder)
    assert generate(library, folder) == Changes()
    assert _state(folder) == before


def test_stale_files_go_and_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    generate(_things("cats", "dogs"), folder)
    untouched = _state(folder)["operations/cats.py"]
    changes = generate(_things("cats", "fish"), folder)
    assert changes == Changes(
        added=("operations/fish.py",), changed=("openapi.json", "operations.txt"), removed=("operations/dogs.py",)
    )
    assert _state(folder)["operations/cats.py"] == untouched
    assert "operations/dogs.py" not in _state(folder)


def test_files_keep_their_modes_and_a_desktop_may_look_in(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    generate(_things("cats"), folder)
    (folder / "operations" / ".DS_Store").write_bytes(b"")
    (folder / "replies.py").chmod(0o640)
    (folder / "operations.txt").chmod(0o600)
    assert "operations.txt" in generate(_things("cats", "dogs"), folder).changed
    assert [(folder / name).stat().st_mode & 0o777 for name in ("replies.py", "operations.txt")] == [0o640, 0o600]
    assert (folder / "operations" / ".DS_Store").exists()


def test_check_writes_nothing_and_says_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    generate(_things("cats"), folder)
    (folder / "replies.py").write_text((folder / "replies.py").read_text() + "# edited\n")
    (folder / "operations" / "cats.py").unlink()
    before = _state(folder)
    changes = generate(_things("cats"), folder, check=True)
    assert str(changes) == "added    operations/cats.py\nchanged  replies.py"
    assert _state(folder) == before
    assert not (tmp_path / "generated2").exists()
    assert generate(_things("cats"), tmp_path / "generated2", check=True).added
    assert not (tmp_path / "generated2").exists()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes.md", "mine"),
        ("operations/extra.py", "x = 1\n"),
        ("openapi.json", "{}"),
    ],
)
def test_a_folder_with_files_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, path: str, text: str) -> None:
    folder = tmp_path / "generated"
    if path != "openapi.json":  # a name of ours, but alone it may be anybody's
        generate(_things("cats"), folder)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    before = _state(folder)
    with pytest.raises(GenerationError, match=f"did not write: {path}"):
        generate(_things("dogs"), folder)
    assert _state(folder) == before


def test_nothing_is_written_when_names_collide(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    generate(_things("cats"), folder)
    before = _state(folder)
    with pytest.raises(GenerationError):
        generate(contract(schemas={"foo-bar": {"type": "object"}, "FooBar": {"type": "object"}}), folder)
    assert _state(folder) == before


def test_the_cache_changes_nothing(tmp_path: Path) -> None:
    library, cache = load_contract(_LIBRARY), tmp_path / "cache"
    generate(library, tmp_path / "one", cache=cache)
    assert len(list(cache.glob("*.py"))) == 1
    generate(library, tmp_path / "two", cache=cache)
    generate(library, tmp_path / "three", cache=tmp_path / "other")
    texts = [{path: text for path, (text, _) in _state(tmp_path / name).items()} for name in ("one", "two", "three")]
    assert texts[0] == texts[1] == texts[2]


def test_the_bytes_are_the_same_for_every_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _PRINT_DIGEST, str(_LIBRARY)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 65  # a digest and a line break
