"""Builds SDKs: the document for generators, then one package for each kind, or none that is only half right."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from handfast.contract import Contract, published
from handfast.design.sdks.bundled import for_generators
from handfast.design.sdks.document import Events
from handfast.design.sdks.environment import SdkError, Tools
from handfast.design.sdks.naming import Identity

_TEMPLATES = "handfast.design.sdks.template"


@dataclass(frozen=True, slots=True)
class Job:
    """One SDK to be written into an empty folder; `document` is what its generator reads."""

    tools: Tools
    identity: Identity
    document: Path
    folder: Path

    def write(self, name: str, template: str, **more: str) -> None:
        """A file of the package from a template."""
        identity = self.identity
        text = (resources.files(_TEMPLATES) / f"{template}.template").read_text(encoding="utf-8")
        words = {
            "title": identity.title.replace("\n", " "),
            "name": identity.name,
            "module": identity.module,
            "version": identity.version,
            "semantic_version": identity.semantic_version,
            "python_version": identity.python_version,
            "digest": identity.digest,
            "license": identity.license,
            **more,
        }
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(Template(text).substitute(words), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sdk:
    """A kind of SDK: how it is written and judged, and what its generator makes of events."""

    name: str
    about: str
    events: Events
    make: Callable[[Job], str]


def build(
    contract: Contract, folder: Path, tools: Tools, kinds: Iterable[str] | None = None
) -> Iterable[tuple[Path, str]]:
    """Write SDKs into folders of their own below `folder`; gives each folder with what was packaged and judged.

    What was there before is replaced when the new one is complete. Raises SdkError with what a tool said.
    """
    identity = Identity.of(contract)
    for name in kinds or SDKS:
        if name not in SDKS:
            raise SdkError(f"there is no SDK {name!r}; there are {', '.join(SDKS)}")
    for name in kinds or SDKS:
        sdk = SDKS[name]
        with tempfile.TemporaryDirectory() as temporary:
            document = Path(temporary) / "openapi.json"
            source, _ = for_generators(contract.source, sdk.events)
            document.write_text(published.as_json(source), encoding="utf-8")
            written = Path(temporary) / name
            written.mkdir()
            outcome = sdk.make(Job(tools, identity, document, written))
            target = folder / name
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(written, target)
        yield target, outcome


def _python(job: Job) -> str:
    """By openapi-python-client; judged by `mypy --strict`, and packed as a wheel."""
    package = job.folder / job.identity.module
    config = job.folder / "config.json"
    config.write_text(json.dumps({"package_name_override": job.identity.module}), encoding="utf-8")
    command = ("openapi-python-client", "generate", "--path", job.document, "--output-path", package)
    said = job.tools.run(*command, "--meta", "none", "--overwrite", "--config", config)
    config.unlink()
    if "will not be generated" in said or "WARNING" in said:
        raise SdkError(f"openapi-python-client leaves something out:\n{said.strip()}")
    (package / "py.typed").touch()
    client = package / "client.py"  # 0.29.1 hands `*args: object` on to httpx, which mypy --strict refuses
    client.write_text(client.read_text(encoding="utf-8").replace("*args: object", "*args: Any"), encoding="utf-8")
    job.write("README.md", "python-README.md", call=_python_call(package, job.identity.module))
    job.write("pyproject.toml", "python-pyproject.toml")
    job.tools.run("mypy", "--strict", "--cache-dir", job.tools.cache, package)
    job.tools.run("python", "-m", "hatchling", "build", "-t", "wheel", where=job.folder)
    return _packed(job.folder, "dist/*.whl", "mypy --strict")


def _python_call(package: Path, module: str) -> str:
    """The import of an operation that needs no argument but the client, for the README."""
    for file in sorted((package / "api").glob("*/*.py")):
        text = file.read_text(encoding="utf-8")
        if "def sync_detailed(\n    *,\n    client: AuthenticatedClient | Client,\n)" in text and '"get"' in text:
            return f"from {module}.api.{file.parent.name} import {file.stem} as operation"
    return f"from {module}.api import ...  # a module for each operation"


def _hey_api(job: Job) -> str:
    """By hey-api: a function for each operation; judged by `tsc --strict`, and packed for npm."""
    with resources.as_file(resources.files("handfast.design.sdks") / "tools" / "hey-api.config.mjs") as config:
        settings = job.tools.folder / "openapi-ts.config.mjs"
        shutil.copyfile(config, settings)
        output = job.folder / "src"
        job.tools.run("openapi-ts", "--no-log-file", "--silent", SDK_DOCUMENT=str(job.document), SDK_OUTPUT=str(output))
    job.write("README.md", "typescript-README.md")
    return _packed_for_npm(job, "", "{}")


def _openapi_fetch(job: Job) -> str:
    """By openapi-typescript: types alone, and openapi-fetch, which goes by them."""
    output = job.folder / "src" / "schema.ts"
    output.parent.mkdir()
    job.tools.run("openapi-typescript", job.document, "-o", output, "--default-non-nullable", "false")
    job.write("src/index.ts", "openapi-fetch-index.ts")
    job.write("README.md", "openapi-fetch-README.md")
    manifest = json.loads((job.tools.node_modules / "openapi-fetch" / "package.json").read_text(encoding="utf-8"))
    return _packed_for_npm(job, "-fetch", json.dumps({"openapi-fetch": f"^{manifest['version']}"}))


def _packed_for_npm(job: Job, suffix: str, dependencies: str) -> str:
    job.write("package.json", "package.json", suffix=suffix, dependencies=dependencies)
    job.write("tsconfig.json", "tsconfig.json")
    paths = {"openapi-fetch": [str(job.tools.node_modules / "openapi-fetch" / "dist" / "index.d.mts")]}
    options = {"extends": str(job.folder / "tsconfig.json"), "compilerOptions": {"paths": paths}}
    options |= {"include": [str(job.folder / "src")]}
    project = job.document.parent / "tsconfig.build.json"
    project.write_text(json.dumps(options), encoding="utf-8")
    job.tools.run("tsc", "--project", project, "--outDir", job.folder / "dist", "--rootDir", job.folder / "src")
    job.tools.run("npm", "pack", "--silent", "--ignore-scripts", where=job.folder)
    return _packed(job.folder, "*.tgz", "tsc --strict")


def _packed(folder: Path, pattern: str, judge: str) -> str:
    (package,) = folder.glob(pattern)
    return f"{package.relative_to(folder).as_posix()}; {judge}: no errors"


SDKS: Mapping[str, Sdk] = {
    sdk.name: sdk
    for sdk in (
        Sdk("python", "httpx, synchronous and asynchronous", Events.TEXT, _python),
        Sdk("typescript", "fetch, a function for each operation, server-sent events", Events.DATA, _hey_api),
        Sdk("typescript-fetch", "fetch, types alone: the smallest", Events.TEXT, _openapi_fetch),
    )
}
"""The kinds of SDK by their names, which are those of their folders."""
