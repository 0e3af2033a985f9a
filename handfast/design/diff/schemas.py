"""How two schemas differ, and what that means to those who know the old one: walked side by side, judged by proofs.

`covers` of jsonschema-rs decides for a whole; the walk says where and what. Where the whole is proven to be compatible,
so is every difference in it; where it is proven to break and no place shows it, the whole itself is named.
Two rules are about what people do, and not about sets of values: nobody relied on members that no contract declared,
and clients ignore members of replies that they do not know. So adding an optional member breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from handfast.contract.model import JSONValue
from handfast.contract.names import member_names
from handfast.contract.pointers import Tokens
from handfast.design.diff import examples
from handfast.design.diff.change import Finding, Verdict
from handfast.design.diff.keywords import ASSERTIONS, differences
from handfast.design.diff.relation import Relation, Variance, relation
from handfast.design.diff.side import Part, Parts, Side, covers, is_disjoint
from handfast.design.diff.view import Group, View, canonical_text, told_default, view

_NEW_TO_OPEN = "nobody relied on a member that was not declared"
_IGNORED = "clients ignore members of replies that they do not know"
_TOLERATED = frozenset({_NEW_TO_OPEN, _IGNORED})
_CALLED = "the wire is the same, but code names the member"
_GONE = "code that reads or sets the member does not work any more"
_TOLD_APART = "generated code tells the alternatives apart by it"
_OTHER_TYPE = "code has another type for bytes than for a text, and forms send them as a file"
_BYTES = ("format", "contentMediaType", "contentEncoding")
_UNSAID = "the old contract did not say what it is when it is left out"
_LEFT_OUT = "who leaves it out, or finds it left out, relied on the default; no schema tells what another one means"
_ABOUT_CODE = frozenset(
    {"property-added", "property-removed", "name-in-code-changed", "bytes-changed", "discriminator-changed"}
)
"""Differences that code has even where the same values are admitted."""
_DEFAULT = "default-changed"


class SchemaComparison:
    """Schemas of two contracts in one direction and variance; what was compared once is remembered."""

    def __init__(self, old: Side, new: Side, variance: Variance) -> None:
        self.old = old
        self.new = new
        self.variance = variance
        self._walked: dict[tuple[tuple[Tokens, ...], tuple[Tokens, ...]], list[Finding]] = {}
        self._whole: dict[tuple[str, str], tuple[Finding, ...]] = {}

    def compare(self, old_pointer: str, new_pointer: str) -> tuple[Finding, ...]:
        """The differences of the schemas at two pointers of their documents."""
        key = (old_pointer, new_pointer)
        if key not in self._whole:
            self._whole[key] = tuple(self._compare(old_pointer, new_pointer))
        return self._whole[key]

    def _compare(self, old_pointer: str, new_pointer: str) -> list[Finding]:
        old, new = self.old.at(old_pointer), self.new.at(new_pointer)
        if old is None or new is None or self._is_identical((old,), (new,)):
            return []
        found = self._relation((old,), (new,))
        findings = self._walk((old,), (new,), old_pointer, new_pointer)
        if found is Relation.EQUAL:
            return [self._harmless(each, found) for each in findings if each.code in {*_ABOUT_CODE, _DEFAULT}]
        if self.variance.verdict(found) is Verdict.COMPATIBLE:
            return [self._harmless(each, found) for each in findings] or [
                self._generic(old_pointer, new_pointer, found)
            ]
        is_shown = any(each.wire is not Verdict.COMPATIBLE or self._is_lenient(each) for each in findings)
        if is_shown or found is Relation.UNDECIDED:  # what the places say holds for the whole: it is a conjunction
            return findings
        return [*findings, self._generic(old_pointer, new_pointer, found)]

    def _harmless(self, finding: Finding, found: Relation) -> Finding:
        """A difference inside of schemas that are proven to be compatible; code may name what came or went."""
        if finding.wire is Verdict.COMPATIBLE or finding.code == _DEFAULT:
            return finding
        is_about_code = finding.code in _ABOUT_CODE
        sdk = finding.sdk if is_about_code else Verdict.COMPATIBLE
        reason = _GONE if is_about_code else self.variance.reason(found)
        return replace(finding, wire=Verdict.COMPATIBLE, sdk=sdk, reason=reason)

    def _generic(self, old: str, new: str, found: Relation) -> Finding:
        message = f"the schema as a whole {found.value}"
        return self._finding("schema-changed", old, new, message, found)

    def _walk(self, old: Parts, new: Parts, old_above: str, new_above: str) -> list[Finding]:
        """The differences at and below a place; `*_above` are pointers for what has no schema of its own."""
        key = (tuple(part.place for part in old), tuple(part.place for part in new))
        if key not in self._walked:
            self._walked[key] = []  # what recursion comes back to is compared already
            if not self._is_identical(old, new):
                self._walked[key] = list(self._steps(old, new, old_above, new_above))
        return self._walked[key]

    def _steps(self, old: Parts, new: Parts, old_above: str, new_above: str) -> Iterator[Finding]:
        before, after = view(self.old, old), view(self.new, new)
        old_here, new_here = _pointer(before, old_above), _pointer(after, new_above)
        if before.is_closed_off or after.is_closed_off:
            if before.is_closed_off is not after.is_closed_off:
                found = Relation.WIDER if before.is_closed_off else Relation.NARROWER
                message = (
                    "something is admitted where nothing was"
                    if before.is_closed_off
                    else "nothing is admitted any more"
                )
                yield self._finding("value-refused", old_here, new_here, message, found)
            return
        if before.is_bytes is not after.is_bytes:
            message = "it is bytes instead of text" if after.is_bytes else "it is text instead of bytes"
            places = (_pointer(before, old_above, *_BYTES), _pointer(after, new_above, *_BYTES))
            finding = self._finding("bytes-changed", *places, message, Relation.EQUAL)
            yield replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING, reason=_OTHER_TYPE)
        if before.discriminators != after.discriminators:
            places = (_pointer(before, old_above, "discriminator"), _pointer(after, new_above, "discriminator"))
            message = "the discriminator says something else"
            finding = self._finding("discriminator-changed", *places, message, Relation.EQUAL)
            yield replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING, reason=_TOLD_APART)
        for local in differences(before, after):
            known = self._proven(local.relation, old, new)
            if known is Relation.EQUAL:
                continue
            if local.code == "pattern-changed":
                known = self._by_examples(known, before, after)
            yield self._finding(
                local.code,
                _pointer(before, old_above, *local.keywords),
                _pointer(after, new_above, *local.keywords),
                local.message,
                known,
            )
        yield from self._assertions(before, after, old_here, new_here)
        if before.may_be("object") and after.may_be("object"):
            yield from self._members(before, after, old_here, new_here)
            yield from self._others(before, after, old_here, new_here)
        if before.may_be("array") and after.may_be("array"):
            yield from self._items(before, after, old_here, new_here)
        yield from self._groups(before, after, old_here, new_here)
        if before.opaque != after.opaque:
            message = "a reference that cannot be followed here leads elsewhere"
            yield self._finding("schema-changed", old_here, new_here, message, self._relation(old, new))

    def _by_examples(self, found: Relation, old: View, new: View) -> Relation:
        """What other patterns mean: a text that one side alone admits decides; without one, a format may imply them."""
        wanted, others = (old, new) if self.variance is Variance.RECEIVED else (new, old)
        patterns = others.all("pattern", str)
        if found is Relation.UNDECIDED and examples.refute(wanted.all("pattern", str), patterns):
            return Relation.OTHER
        is_supposed = self.variance.verdict(found) is Verdict.BREAKING and found is not Relation.OTHER
        if is_supposed and examples.seem_implied(wanted.all("format", str), patterns):
            return Relation.UNDECIDED
        return found

    def _assertions(self, old: View, new: View, old_here: str, new_here: str) -> Iterator[Finding]:
        """Keywords that only mean something together: whether they say the same, and then what the whole means."""
        for keyword in ASSERTIONS:
            before, after = ([value for _, value in each.holders(keyword)] for each in (old, new))
            if not self._same(before, after, set()):
                places = (_pointer(old, old_here, keyword), _pointer(new, new_here, keyword))
                found = self._relation(old.parts, new.parts)
                yield self._finding("assertion-changed", *places, f"{keyword} says something else", found)

    def _members(self, old: View, new: View, old_here: str, new_here: str) -> Iterator[Finding]:
        for name in {**old.members(), **new.members()}:
            before, after = old.is_declared(name), new.is_declared(name)
            if before and after:
                yield from self._default(old, new, name)
                yield from self._walk(old.member(name), new.member(name), old_here, new_here)
            elif before:
                yield self._removed(old, new, name, old_here, new_here)
            elif after:
                yield self._added(old, new, name, old_here, new_here)
        yield from self._called_otherwise(old, new)

    def _default(self, old: View, new: View, name: str) -> Iterator[Finding]:
        """Another default of a member that may be left out; one where there was none contradicts nobody."""
        here, there = view(self.old, old.member(name)), view(self.new, new.member(name))
        before, after = list(map(canonical_text, here.default)), list(map(canonical_text, there.default))
        if before == after or name in old.required & new.required:
            return
        message = f'member "{name}" is {told_default(there.default)} when it is left out'
        message += f", instead of {told_default(here.default)}" if before else ""
        places = (_pointer(here, "", "default"), _pointer(there, "", "default"))
        finding = self._finding(_DEFAULT, *places, message, Relation.EQUAL)
        yield replace(finding, wire=Verdict.UNKNOWN, reason=_LEFT_OUT) if before else replace(finding, reason=_UNSAID)

    def _called_otherwise(self, old: View, new: View) -> Iterator[Finding]:
        """Other fields for the same members, because members came or went whose names become the same."""
        before, after = (member_names(name for name in each.members() if each.is_declared(name)) for each in (old, new))
        for name in (each for each in before if each in after):
            if (was := before[name]) != (now := after[name]):
                here, there = _of_member(old, name, ""), _of_member(new, name, "")
                message = f'member "{name}" is the field {now} instead of {was}'
                finding = self._finding("name-in-code-changed", here, there, message, Relation.EQUAL)
                yield replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING, reason=_CALLED)

    def _removed(self, old: View, new: View, name: str, old_here: str, new_here: str) -> Finding:
        is_refused = any(part.value is False for part in new.member(name))
        left = new.member(name)
        found = Relation.NARROWER if is_refused else self._relation(old.member(name), left) if left else Relation.WIDER
        finding = self._finding(
            "property-removed",
            _of_member(old, name, old_here),
            new_here,
            f'member "{name}" is gone' + (" and refused" if is_refused else ""),
            found,
        )
        reason = finding.reason if finding.wire is Verdict.BREAKING else _GONE
        return replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING, reason=reason)

    def _added(self, old: View, new: View, name: str, old_here: str, new_here: str) -> Finding:
        before, after = old.member(name), new.member(name)
        was_refused = any(part.value is False for part in before)
        is_of_a_map = any(isinstance(part.value, dict) and part.value for part in before) and not was_refused
        found = Relation.WIDER if was_refused else Relation.NARROWER
        found = self._relation(before, after) if is_of_a_map else found
        place = _of_member(new, name, new_here)
        finding = self._finding("property-added", old_here, place, f'member "{name}" is new', found)
        if finding.wire is Verdict.BREAKING and not is_of_a_map:
            reason = _NEW_TO_OPEN if self.variance is Variance.RECEIVED else _IGNORED
            return replace(finding, wire=Verdict.COMPATIBLE, sdk=Verdict.COMPATIBLE, reason=reason)
        return finding

    def _others(self, old: View, new: View, old_here: str, new_here: str) -> Iterator[Finding]:
        """Members that are not declared."""
        was_closed, is_closed = (any(part.value is False for part in each.others) for each in (old, new))
        keywords = ("additionalProperties", "unevaluatedProperties")
        places = (_pointer(old, old_here, *keywords), _pointer(new, new_here, *keywords))
        if was_closed and not is_closed:
            finding = self._finding("members-admitted", *places, "undeclared members are admitted", Relation.WIDER)
            if self.variance is Variance.SENT:
                finding = replace(finding, wire=Verdict.COMPATIBLE, sdk=Verdict.COMPATIBLE, reason=_IGNORED)
            yield finding
        elif is_closed and not was_closed:
            yield self._finding("members-refused", *places, "undeclared members are refused", Relation.NARROWER)
        elif not is_closed and (old.others or new.others):
            yield from self._walk(old.others, new.others, *places)

    def _items(self, old: View, new: View, old_here: str, new_here: str) -> Iterator[Finding]:
        for index in range(max(old.prefix, new.prefix) + 1):
            before, after = old.item(index), new.item(index)
            if before or after:
                yield from self._walk(before, after, old_here, new_here)

    def _groups(self, old: View, new: View, old_here: str, new_here: str) -> Iterator[Finding]:
        """Alternatives: equal ones first, then those of one name; what is left came or went."""
        if not old.groups and not new.groups:
            return
        if len(old.groups) != 1 or len(new.groups) != 1:
            if len(old.groups) != len(new.groups) or any(
                not self._is_identical(one.variants, other.variants)
                for one, other in zip(old.groups, new.groups, strict=True)
            ):
                found = self._relation(old.parts, new.parts)
                if found is not Relation.EQUAL:
                    yield self._finding("variants-changed", old_here, new_here, "the alternatives are others", found)
            return
        before, after = old.groups[0], new.groups[0]
        pairs, gone, added = self._paired(before, after)
        has_changed = False
        for one, other in pairs:
            below = self._walk((one,), (other,), self.old.pointer(one.place), self.new.pointer(other.place))
            has_changed = has_changed or not all(map(self._is_lenient, below))
            yield from below
        places = (self.old.pointer(before.place), self.new.pointer(after.place))
        for part in gone:
            where = self.old.pointer(part.place)
            message = f"the alternative {_called(part)} is gone"
            known = self._proven(Relation.NARROWER, old.parts, new.parts)
            yield self._finding("variant-removed", where, places[1], message, known)
        for part in added:
            where = self.new.pointer(part.place)
            message = f"the alternative {_called(part)} is new"
            known = self._proven(Relation.WIDER, old.parts, new.parts)
            yield self._finding("variant-added", places[0], where, message, known)
        is_exclusive = "oneOf" in {before.keyword, after.keyword} and not self._are_apart(before, after)
        if is_exclusive and (has_changed or before.keyword != after.keyword):
            found = self._relation(old.parts, new.parts)
            if found is not Relation.EQUAL:
                message = f"{after.keyword} where alternatives may overlap, after {before.keyword}"
                yield self._finding("variants-changed", *places, message, found)

    def _is_lenient(self, finding: Finding) -> bool:
        """Whether a difference is about members that nobody relied on, or that clients ignore."""
        is_sent = self.variance is Variance.SENT and finding.code in {"property-added", "members-admitted"}
        return is_sent or finding.reason in _TOLERATED

    def _are_apart(self, old: Group, new: Group) -> bool:
        """Whether no value fits two alternatives, before and after; then `oneOf` and `anyOf` are the same."""
        return all(
            is_disjoint(side.canonical((one,)), side.canonical((other,)))
            for side, group in ((self.old, old), (self.new, new))
            for one, other in combinations(group.variants, 2)
        )

    def _paired(self, old: Group, new: Group) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
        gone, added = list(old.variants), list(new.variants)
        pairs: list[tuple[Part, Part]] = []
        for is_pair in (self._are_equal, _have_one_name, _are_alike):
            for one in list(gone):
                other = next((each for each in added if is_pair(one, each)), None)
                if other is not None:
                    gone.remove(one)
                    added.remove(other)
                    pairs.append((one, other))
        return pairs, gone, added

    def _are_equal(self, one: Part, other: Part) -> bool:
        return self._is_identical((one,), (other,)) or self._relation((one,), (other,)) is Relation.EQUAL

    def _proven(self, supposed: Relation | None, old: Parts, new: Parts) -> Relation:
        """What a difference means, as its keyword alone has it, or as all that holds for the value proves otherwise."""
        if supposed is not None and self.variance.verdict(supposed) is Verdict.COMPATIBLE:
            return supposed
        found = self._relation(old, new)
        if supposed is None or self.variance.verdict(found) is Verdict.COMPATIBLE:
            return found
        return supposed

    def _relation(self, old: Parts, new: Parts) -> Relation:
        before, after = self.old.canonical(old), self.new.canonical(new)
        return relation(covers(after, before), covers(before, after))

    def _is_identical(self, old: Parts, new: Parts) -> bool:
        """Whether schemas are written alike, references followed; words are not in the judge's schemas."""
        if len(old) != len(new):
            return False
        seen: set[tuple[Tokens, Tokens]] = set()
        return all(self._alike(one, other, seen) for one, other in zip(old, new, strict=True))

    def _alike(self, one: Part, other: Part, seen: set[tuple[Tokens, Tokens]]) -> bool:
        if (one.place, other.place) in seen:
            return True
        seen.add((one.place, other.place))
        return self._same(one.value, other.value, seen)

    def _same(self, one: JSONValue, other: JSONValue, seen: set[tuple[Tokens, Tokens]]) -> bool:
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            for name in one:
                if name == "$ref":
                    before, after = self.old.follow(one[name]), self.new.follow(other[name])
                    if before is None or after is None:
                        if one[name] != other[name]:
                            return False
                    elif not self._alike(before, after, seen):
                        return False
                elif not self._same(one[name], other[name], seen):
                    return False
            return True
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(
                self._same(each, twin, seen) for each, twin in zip(one, other, strict=True)
            )
        return type(one) is type(other) and one == other

    def _finding(self, code: str, old: str, new: str, message: str, found: Relation) -> Finding:
        wire = self.variance.verdict(found)
        return Finding(
            code=code,
            old=old,
            new=new,
            message=message,
            reason=self.variance.reason(found),
            wire=wire,
            sdk=Verdict.BREAKING if wire is Verdict.BREAKING else Verdict.COMPATIBLE,
            handlers=self.variance.opposite.verdict(found),
            direction=self.variance.direction,
        )


def _pointer(seen: View, above: str, *keywords: str) -> str:
    place = seen.where(*keywords)
    return seen.side.pointer(place) if place else above


def _of_member(seen: View, name: str, above: str) -> str:
    """The pointer of a declared member itself, not of what it refers to."""
    declared = (part.place for part in seen.member(name) if part.place[-2:] == ("properties", name))
    place = next(declared, None)
    return above if place is None else seen.side.pointer(place)


def _called(part: Part) -> str:
    """How people call an alternative: the last name of its reference, else where it stands."""
    reference = part.value.get("$ref") if isinstance(part.value, dict) else None
    return str(reference).rpartition("/")[2].rpartition("~1")[2] if reference else part.place[-1]


def _have_one_name(one: Part, other: Part) -> bool:
    return _called(one) == _called(other) and _is_reference(one) and _is_reference(other)


def _are_alike(one: Part, other: Part) -> bool:
    """Whether two alternatives that are written in place are about the same type."""
    if _is_reference(one) or _is_reference(other):
        return False
    return (
        isinstance(one.value, dict)
        and isinstance(other.value, dict)
        and one.value.get("type") == other.value.get("type")
    )


def _is_reference(part: Part) -> bool:
    return isinstance(part.value, dict) and "$ref" in part.value
