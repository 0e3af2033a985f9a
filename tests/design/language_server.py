"""A client of the YAML language server, the one behind the VS Code extension, over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any


class LanguageServer:
    """One server, with the settings that a project's `.vscode/settings.json` has."""

    def __init__(self, command: str, root: Path) -> None:
        self._process = subprocess.Popen([command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
        self._root = root
        self._number = 0
        self._found: dict[str, list[dict[str, Any]]] = {}
        settings = json.loads((root / ".vscode" / "settings.json").read_text(encoding="utf-8"))
        schemas = {(root / name).as_uri(): globs for name, globs in settings["yaml.schemas"].items()}
        self._settings = {"schemas": schemas, "schemaStore": {"enable": False}, "validate": True, "hover": True}
        self._settings |= {"completion": True, "yamlVersion": "1.2"}
        folders = [{"uri": root.as_uri(), "name": "root"}]
        abilities = {"workspace": {"configuration": True}, "textDocument": {}}
        self.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": folders,
                                "capabilities": abilities})  # fmt: skip
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": {"yaml": self._settings}}})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def diagnostics(self, name: str, text: str) -> list[tuple[int, str]]:
        """The line, from 1, and the message of everything that the server has to say of a text."""
        uri = (self._root / name).as_uri()
        self._found.pop(uri, None)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while uri not in self._found:
            self._take()
        return [(each["range"]["start"]["line"] + 1, each["message"]) for each in self._found[uri]]

    def at(self, question: str, name: str, line: int, column: int) -> Any:
        """What the server answers to `completion` or `hover` at a place, both from 1."""
        place = {"line": line - 1, "character": column - 1}
        uri = (self._root / name).as_uri()
        return self.ask(f"textDocument/{question}", {"textDocument": {"uri": uri}, "position": place})

    def ask(self, method: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _take(self) -> dict[str, Any]:
        """The next message; questions of the server are answered, and its diagnostics kept."""
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server is gone"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "workspace/configuration":
            wanted = [item.get("section") for item in message["params"]["items"]]
            answer = [self._settings if section == "yaml" else None for section in wanted]
            self._send({"id": message["id"], "result": answer})
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self._found[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message
