"""The semantic version that owns up to changes (semver.org 2.0.0), and whether a version does."""

from __future__ import annotations

import re

from handfast.design.diff.change import Impact

_VERSION = re.compile(r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:[-+].*)?")

Version = tuple[int, int, int]


def parse(text: str) -> Version | None:
    """Major, minor and patch; None for what is no semantic version. What follows them is left aside."""
    found = _VERSION.fullmatch(text.strip())
    return None if found is None else (int(found[1]), int(found[2]), int(found[3] or 0))


def needed(old: str, impacts: set[Impact]) -> str | None:
    """The least next version for changes of these impacts; the old one without any, None where it cannot be read.

    Below 1.0.0 what breaks raises the minor version, and all else the patch (semver.org, item 4). What may break counts
    as an addition: whoever reads the report decides.
    """
    version = parse(old)
    if version is None:
        return None
    major, minor, patch = version
    if Impact.BREAKING in impacts:
        following = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    elif impacts & {Impact.ADDITION, Impact.UNKNOWN}:
        following = (major, minor + 1, 0) if major else (0, minor, patch + 1)
    elif impacts:
        following = (major, minor, patch + 1)
    else:
        following = version
    return ".".join(map(str, following))


def is_at_least(version: str, least: str | None) -> bool:
    """Whether a version is as high as another; False where one of them cannot be read."""
    this, that = parse(version), parse(least) if least is not None else None
    return this is not None and that is not None and this >= that
