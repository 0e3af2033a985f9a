"""The generators of the matrix: how each writes a client, how that is judged, and how it goes on the journey."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from handfast.design.sdks import Events, Tools

JOURNEYS = Path(__file__).parent / "journeys"
_TSC = {
    "strict": True,
    "noEmit": True,
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "bundler",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "types": ["node"],
}
_OPENAPI_GENERATOR_JAR = (
    "import openapi_generator_cli, pathlib; print(pathlib.Path(openapi_generator_cli.__file__).parent)"
)
_JARS = ("httpmime", "httpclient", "httpcore", "jakarta-annotation-api", "jsr305")
"""What Java clients need beside Jackson, which is in the generator's own jar: libhttpmime-java and others of Debian."""
_DEBIAN_JARS = Path("/usr/share/java")
_DEBIAN_GO = Path("/usr/share/gocode")
GO_NAMES = "NewAccount=AccountToRegister,NewArticle=ArticleToWrite,NewComment=CommentToWrite,NewAttachment=FileToAttach"
"""Go's constructors are called like our types: `NewArticle` of Article."""


class Unavailable(Exception):
    """What a generator needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder for one client, and what it is made with."""

    tools: Tools
    document: Path
    folder: Path

    @property
    def sdk(self) -> Path:
        """Where the client is written."""
        return self.folder / "sdk"


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator; `journey` goes through the service at an address, and gives what was said on the way."""

    name: str
    language: str
    command: str
    generate: Callable[[Workshop], str]
    judge: Callable[[Workshop], str]
    journey: Callable[[Workshop, str], str] | None = None
    events: Events = Events.TEXT
    cannot: str = ""


def _openapi_generator(name: str, *options: str) -> Callable[[Workshop], str]:
    def generate(shop: Workshop) -> str:
        where = ("-i", shop.document, "-o", shop.sdk)
        return shop.tools.run("openapi-generator-cli", "generate", "-g", name, *where, *options, where=shop.folder)

    return generate


def _python_client(shop: Workshop) -> str:
    package = shop.sdk / "handfast_publishing_client"
    command = ("openapi-python-client", "generate", "--path", shop.document, "--output-path", package)
    said = shop.tools.run(*command, "--meta", "none", where=shop.folder)
    client = package / "client.py"
    client.write_text(client.read_text(encoding="utf-8").replace("*args: object", "*args: Any"), encoding="utf-8")
    (package / "py.typed").touch()
    return said


def _mypy(package: str, module: str, *options: str) -> Callable[[Workshop], str]:
    def judge(shop: Workshop) -> str:
        command = ("mypy", "--explicit-package-bases", "--cache-dir", str(shop.tools.cache), *options)
        files = (shop.sdk / package, JOURNEYS / "journey.py", JOURNEYS / f"{module}.py")
        return shop.tools.run(*command, *files, where=shop.folder, MYPYPATH=_paths(shop))

    return judge


def _python_journey(module: str) -> Callable[[Workshop, str], str]:
    def journey(shop: Workshop, api: str) -> str:
        return shop.tools.run("python", "-m", "journey", module, where=shop.folder, PYTHONPATH=_paths(shop), API=api)

    return journey


def _paths(shop: Workshop) -> str:
    return os.pathsep.join((str(shop.sdk), str(JOURNEYS)))


def _hey_api(shop: Workshop) -> str:
    command = ("openapi-ts", "-i", shop.document, "-o", shop.sdk, "--no-log-file", "--silent")
    return shop.tools.run(*command, where=shop.folder)


def _openapi_typescript(shop: Workshop) -> str:
    output = ("-o", shop.sdk / "schema.ts", "--default-non-nullable", "false")
    return shop.tools.run("openapi-typescript", shop.document, *output, where=shop.folder)


def _orval(shop: Workshop) -> str:
    output = ("--output", shop.sdk / "api.ts", "--client", "fetch")
    return shop.tools.run("orval", "--input", shop.document, *output, where=shop.folder)


def _swagger_typescript_api(shop: Workshop) -> str:
    command = ("swagger-typescript-api", "generate", "-p", shop.document, "-o", shop.sdk, "-n", "api.ts")
    return shop.tools.run(*command, where=shop.folder)


def _tsc(name: str) -> Callable[[Workshop], str]:
    """Judge a client together with its journey."""

    def judge(shop: Workshop) -> str:
        shutil.copyfile(JOURNEYS / "journey.ts", shop.folder / "journey.ts")
        shutil.copyfile(JOURNEYS / f"{name}.ts", shop.folder / "adapter.ts")
        (shop.folder / "node_modules").symlink_to(shop.tools.node_modules)
        (shop.folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        project = {"compilerOptions": _TSC, "include": ["*.ts", "sdk"]}
        (shop.folder / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
        return shop.tools.run("tsc", "--project", shop.folder, where=shop.folder)

    return judge


def _node(shop: Workshop, api: str) -> str:
    bundle = ("--bundle", "--platform=node", "--format=esm", "--log-level=error", "--outfile=journey.mjs")
    banner = "--banner:js=import { createRequire } from 'module'; const require = createRequire(import.meta.url);"
    shop.tools.run("esbuild", "journey.ts", *bundle, banner, where=shop.folder)
    return shop.tools.run("node", "journey.mjs", where=shop.folder, API=api)


def _javac(shop: Workshop) -> str:
    jars = [_DEBIAN_JARS / f"{name}.jar" for name in _JARS]
    if shutil.which("javac") is None or not all(jar.is_file() for jar in jars):
        raise Unavailable(
            "javac, libhttpmime-java, libjakarta-annotation-api-java and libjsr305-java are not installed"
        )
    jackson = Path(shop.tools.run("python", "-c", _OPENAPI_GENERATOR_JAR).strip()) / "openapi-generator.jar"
    sources = sorted((shop.sdk / "src" / "main" / "java").rglob("*.java"))
    path = os.pathsep.join(map(str, (jackson, *jars)))
    options = ("-Werror", "-Xlint:all,-deprecation,-serial,-processing,-classfile,-path,-this-escape", "-proc:none")
    return shop.tools.run("javac", "-nowarn", *options[2:], "-d", shop.folder / "classes", "-cp", path, *sources)


def _go(shop: Workshop) -> str:
    if not (_DEBIAN_GO / "src" / "gopkg.in" / "validator.v2").is_dir():
        raise Unavailable("golang-golang-x-oauth2-dev and golang-gopkg-validator.v2-dev are not installed")
    package = shop.folder / "go" / "src" / "publishing"
    shutil.copytree(shop.sdk, package, ignore=shutil.ignore_patterns("test", "docs", "go.mod", "go.sum"))
    path = os.pathsep.join((str(shop.folder / "go"), str(_DEBIAN_GO)))
    cache = str(shop.tools.folder / "go-cache")
    return shop.tools.run("go", "vet", ".", where=package, GO111MODULE="off", GOPATH=path, GOCACHE=cache)


GENERATORS = (
    Generator(
        "openapi-python-client 0.29.1",
        "Python",
        "openapi-python-client generate --path api.json",
        _python_client,
        _mypy("handfast_publishing_client", "python_client", "--strict"),
        _python_journey("python_client"),
        cannot="events are text; optional security asks for an AuthenticatedClient; unions are tried, not chosen",
    ),
    Generator(
        "openapi-generator 7.26 python",
        "Python",
        "openapi-generator-cli generate -i api.json -g python",
        _openapi_generator("python", "--additional-properties=packageName=publishing"),
        _mypy("publishing", "openapi_generator"),
        _python_journey("openapi_generator"),
        cannot="events are text; its own code passes mypy, and not mypy --strict",
    ),
    Generator(
        "@hey-api/openapi-ts 0.99",
        "TypeScript",
        "openapi-ts -i api.json -o sdk",
        _hey_api,
        _tsc("hey-api"),
        _node,
        Events.DATA,
    ),
    Generator(
        "openapi-typescript 7.13, openapi-fetch 0.17",
        "TypeScript",
        "openapi-typescript api.json -o schema.ts --default-non-nullable false",
        _openapi_typescript,
        _tsc("openapi-fetch"),
        _node,
        cannot="events are text; forms and files need a bodySerializer",
    ),
    Generator(
        "openapi-generator 7.26 typescript-fetch",
        "TypeScript",
        "openapi-generator-cli generate -i api.json -g typescript-fetch",
        _openapi_generator("typescript-fetch"),
        _tsc("typescript-fetch"),
        _node,
        cannot="events are text; sends an access token without the word Bearer before it",
    ),
    Generator(
        "openapi-generator 7.26 typescript-axios",
        "TypeScript",
        "openapi-generator-cli generate -i api.json -g typescript-axios",
        _openapi_generator("typescript-axios"),
        _tsc("typescript-axios"),
        _node,
        cannot="events are text; `uniqueItems` is typed as a Set and is an array; bytes need responseType: arraybuffer",
    ),
    Generator(
        "orval 8.38 fetch",
        "TypeScript",
        "orval --input api.json --output api.ts --client fetch",
        _orval,
        _tsc("orval"),
        _node,
        cannot="events are text; address and token are the caller's; path parameters are not escaped",
    ),
    Generator(
        "swagger-typescript-api 13.13",
        "TypeScript",
        "swagger-typescript-api generate -p api.json -o sdk -n api.ts",
        _swagger_typescript_api,
        _tsc("swagger-typescript-api"),
        _node,
        cannot="events are text; path parameters are not escaped; header parameters are not arguments",
    ),
    Generator(
        "openapi-generator 7.26 java (native)",
        "Java",
        "openapi-generator-cli generate -i api.json -g java --library native --additional-properties="
        "openApiNullable=false,useJakartaEe=true,containerDefaultToNull=true",
        _openapi_generator(
            "java",
            "--library",
            "native",
            "--additional-properties=openApiNullable=false,useJakartaEe=true,containerDefaultToNull=true",
        ),
        _javac,
        cannot="not driven; null cannot be sent with openApiNullable=false",
    ),
    Generator(
        "openapi-generator 7.26 go",
        "Go",
        "openapi-generator-cli generate -i api.json -g go --additional-properties="
        f"disallowAdditionalPropertiesIfNotPresent=false --model-name-mappings {GO_NAMES}",
        _openapi_generator(
            "go",
            "--additional-properties=disallowAdditionalPropertiesIfNotPresent=false,packageName=publishing",
            "--model-name-mappings",
            GO_NAMES,
        ),
        _go,
        cannot="not driven; a schema NewX beside X does not compile without the mapping",
    ),
)
