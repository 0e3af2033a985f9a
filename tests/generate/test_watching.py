"""Generation on every save: what changed in operations is told, and a broken contract does not end it."""

from __future__ import annotations

import queue
import shutil
import threading
from pathlib import Path

from handfast.generate.watching import watch

_LIBRARY = Path(__file__).parent / "golden" / "library.yaml"
_WAIT = 30  # seconds, on a busy machine


def test_each_save_is_told_by_operation(tmp_path: Path) -> None:
    contract, folder = tmp_path / "api.yaml", tmp_path / "generated"
    shutil.copyfile(_LIBRARY, contract)
    said: queue.Queue[str] = queue.Queue()
    stop = threading.Event()
    watching = threading.Thread(target=watch, args=(contract, folder, said.put), kwargs={"stop": stop})
    watching.start()
    try:
        assert said.get(timeout=_WAIT) == f"{folder}: 4 operations, 8 files written"
        text = contract.read_text()

        contract.write_text(text.replace("operationId: addBook", "operationId: putBook"))
        assert said.get(timeout=_WAIT).splitlines()[:2] == [
            "-  books  addBook  POST  /books",
            "+  books  putBook  POST  /books",
        ]
        contract.write_text(text + "  broken: [\n")
        assert "error[yaml-syntax]" in said.get(timeout=_WAIT)

        contract.write_text(text.replace("operationId: addBook", "operationId: putBook"))
        assert said.get(timeout=_WAIT) == f"{folder}: in order again, nothing to write"

        shared = text.replace(
            "Numbered: { type: object, properties: {", "Numbered: { type: object, properties: { x: {},"
        )
        contract.write_text(shared.replace("operationId: addBook", "operationId: putBook"))
        assert said.get(timeout=_WAIT).splitlines()[0] == "~  default  writeText  PUT  /books/{isbn}/text"
        assert "putBook" in (folder / "operations.txt").read_text()
    finally:
        stop.set()
        watching.join(_WAIT)
    assert said.empty()
    assert not watching.is_alive()
