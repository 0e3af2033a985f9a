"""What an SDK is called, and its version: those of the contract in the forms that package indexes take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handfast.contract import Contract, published

_SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_NUMBERS = re.compile(r"v?(\d+)(?:\.(\d+))?", re.ASCII)
_PRE_RELEASE = re.compile(r"(a|alpha|b|beta|c|rc|pre|preview|dev)[.-]?(\d*)", re.ASCII)
_LETTER = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


@dataclass(frozen=True, slots=True)
class Identity:
    """A contract as the packages of its clients name it; `digest` is that of the document that is published."""

    title: str
    version: str
    digest: str
    license: str

    @classmethod
    def of(cls, contract: Contract) -> Identity:
        """The identity of a contract."""
        info = contract.source.get("info")
        licence = info.get("license") if isinstance(info, dict) else None
        identifier = licence.get("identifier") if isinstance(licence, dict) else None
        return cls(
            title=contract.title,
            version=contract.info_version,
            digest=published.digest(contract.source),
            license=identifier if isinstance(identifier, str) else "",
        )

    @property
    def name(self) -> str:
        """The name of the packages, without what tells them apart: `handfast-publishing`."""
        return "-".join(re.findall(r"[a-z0-9]+", self.title.lower())) or "api"

    @property
    def module(self) -> str:
        """The name of the Python package."""
        module = self.name.replace("-", "_") + "_client"
        return module if module[0].isalpha() else f"api_{module}"

    @property
    def semantic_version(self) -> str:
        """The version for npm (semver.org); what is none becomes a pre-release of nothing."""
        if _SEMANTIC.fullmatch(self.version):
            return self.version
        if (numbers := _NUMBERS.fullmatch(self.version)) is not None:
            return f"{int(numbers[1])}.{int(numbers[2] or 0)}.0"
        return f"0.0.0-{self._words or 'unknown'}"

    @property
    def python_version(self) -> str:
        """The version for Python (PEP 440); a pre-release that it does not know becomes a local part."""
        match = _SEMANTIC.fullmatch(self.semantic_version)
        if match is None:
            return "0.0.0"
        release, suffix = ".".join(match.group(1, 2, 3)), match[4]
        if suffix is None:
            return release
        if (known := _PRE_RELEASE.fullmatch(suffix.lower())) is not None:
            separator = "." if known[1] == "dev" else ""
            return f"{release}{separator}{_LETTER.get(known[1], known[1])}{known[2] or 0}"
        return f"{release}+{'.'.join(re.findall('[a-z0-9]+', suffix.lower())) or 'unknown'}"

    @property
    def _words(self) -> str:
        return "-".join(re.findall(r"[0-9A-Za-z]+", self.version))
