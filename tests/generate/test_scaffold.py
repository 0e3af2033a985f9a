"""Handlers that are added to what is written by hand: only what is missing, and nothing else changes."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.errors import GenerationError
from handfast.generate.scaffold import scaffold
from tests.generate.made import contract, operation

_LIBRARY = load_contract(Path(__file__).parent / "golden" / "library.yaml")

_NEW = '''\
"""Books: What can be borrowed."""

from __future__ import annotations

from typing import Literal, final

from typing_extensions import override

from generated.models import AddBookRequestFormData, BookRequest, ListBooksFilter
from generated.operations.books import AddBook201, BooksOperations, ListBooks200
from generated.replies import Problem, Taken
from handfast.runtime import Uuid


@final
class Books(BooksOperations):
    """The operations tagged books."""

    @override
    async def list_books(
        self,
        *,
        limit: int,
        genre: list[Literal["novel", "poem"]] | None,
        filter: ListBooksFilter | None,
        id_query: Uuid | None,
        id_header: int | float | None,
        class_: bool,
    ) -> ListBooks200 | Problem:
        raise NotImplementedError("listBooks is not written yet")

    @override
    async def add_book(self, *, body: BookRequest | AddBookRequestFormData) -> AddBook201 | Taken:
        raise NotImplementedError("addBook is not written yet")
'''

_WRITTEN = '''\
"""My books."""
from typing import final  # why not
from generated.operations.books import BooksOperations
from generated.replies import (
    Problem,
)

SHELF = {  'odd':   "formatting" }


@final
class  Library( BooksOperations ):
    # a comment
    async def list_books(self,*,limit, **rest):
        return Problem( 1, status = 400 )   # stays

    @property
    def not_an_operation(self): return 1


def behind(): return SHELF
'''


def _folder(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "handlers"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    return folder


def test_a_class_for_each_tag(tmp_path: Path) -> None:
    folder = tmp_path / "handlers"
    added = scaffold(_LIBRARY, folder, tmp_path / "generated")
    assert [(each.path.name, each.class_name, each.methods, each.is_new) for each in added] == [
        ("books.py", "Books", ("list_books", "add_book"), True),
        ("default.py", "Default", ("read_text", "write_text"), True),
    ]
    assert (folder / "books.py").read_text() == _NEW
    assert (folder / "__init__.py").exists()
    assert scaffold(_LIBRARY, folder, tmp_path / "generated") == ()


def test_missing_methods_are_added_and_every_other_line_stays(tmp_path: Path) -> None:
    folder = _folder(tmp_path, mine=_WRITTEN)
    added = scaffold(_LIBRARY, folder, tmp_path / "generated")
    assert ("mine.py", "Library", ("add_book",), False) in [
        (each.path.name, each.class_name, each.methods, each.is_new) for each in added
    ]
    text = (folder / "mine.py").read_text()
    module = ast.parse(text)
    library = next(node for node in module.body if isinstance(node, ast.ClassDef))
    assert [node.name for node in library.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)] == [
        "list_books",
        "not_an_operation",
        "add_book",
    ]
    kept = [line for line in _WRITTEN.splitlines() if not line.startswith(("from generated", "    Problem,", ")"))]
    left = text.splitlines()
    for line in kept:
        assert line in left
        left.remove(line)
    assert "from generated.operations.books import AddBook201, BooksOperations" in left
    assert "from generated.replies import Problem, Taken" in left
    assert scaffold(_LIBRARY, folder, tmp_path / "generated") == ()


def test_methods_of_hand_written_bases_count(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        shared="class Reading:\n    async def read_text(self, *, isbn): ...\n",
        texts="""\
            from generated.operations.default import DefaultOperations
            class Texts(Reading, DefaultOperations):
                async def write_text(self, *, isbn, body): ...
            """,
    )
    assert [each.class_name for each in scaffold(_LIBRARY, folder, tmp_path / "generated")] == ["Books"]


def test_a_package_in_a_package_is_imported_by_its_whole_name(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    scaffold(_LIBRARY, tmp_path / "app" / "handlers", tmp_path / "app" / "generated")
    text = (tmp_path / "app" / "handlers" / "books.py").read_text()
    assert "from app.generated.replies import Problem, Taken" in text


def test_imports_are_in_the_order_of_ruff(tmp_path: Path) -> None:
    names = ("uploaderOf", "uploadFor", "readNEOFeed", "readNearFeed", "item9", "item10", "N", "NA", "NOW")
    things = contract({f"/{name}": {"get": operation(name)} for name in names})
    scaffold(things, tmp_path / "handlers", tmp_path / "generated")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "I", "--line-length", "120"]
    parts = ["--config", 'lint.isort.known-first-party=["generated", "handfast"]']
    done = subprocess.run([*command, *parts, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_class_gives_way_to_a_model_of_its_name(tmp_path: Path) -> None:
    tags = contract(
        {"/tags": {"post": operation("addTag", request={"$ref": "#/components/schemas/Tags"}, tags=["tags"])}},
        schemas={"Tags": {"type": "array", "items": {"type": "string"}}},
    )
    (added,) = scaffold(tags, tmp_path / "handlers", tmp_path / "generated")
    assert added.class_name == "TagsHandlers"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def broken(:\n", r"mine\.py:1:12: this is not Python"),
        ("class Books(BooksOperations): pass\n", r"mine\.py:1: methods cannot be added to this class"),
        ("Taken = 1\nclass Books(BooksOperations):\n    pass\n", r"mine\.py: Taken would have to be imported"),
    ],
)
def test_what_cannot_be_added_to_is_refused_and_left_alone(tmp_path: Path, text: str, message: str) -> None:
    folder = _folder(tmp_path, mine=text)
    with pytest.raises(GenerationError, match=message):
        scaffold(_LIBRARY, folder, tmp_path / "generated")
    assert (folder / "mine.py").read_text() == text
    assert [path.name for path in folder.iterdir()] == ["mine.py"]
