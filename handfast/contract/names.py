"""One name in its mechanical forms: operationId to method, tag to class, response to reply, parameter to argument.

Names of members and parameters are on the wire, and often not the author's to choose: where several become one, each
but the one that is spelled so already gets a few hexadecimal digits of its own behind it (docs/adr/0010).
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

from handfast.contract.model import Operation, Parameter, Response

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_OWN = re.compile(r"[a-z][a-z0-9_]*")
_DIGITS = 4
_K = TypeVar("_K", bound=Hashable)
_RESERVED_ARGUMENTS = {"self", "body"}
IN_ANNOTATIONS = frozenset({"bool", "bytes", "dict", "float", "int", "list", "str"})
"""Types that annotations name, so that nothing else in a class body can be called like them."""
_RESERVED_METHODS = {*IN_ANNOTATIONS, "abstractmethod", "models"}
"""What the signatures of other methods of the class name."""
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}


RESERVED_MEMBERS = frozenset(
    {
        *IN_ANNOTATIONS,
        *("construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema"),
        *("schema_json", "update_forward_refs", "validate"),
        *("mro", "register"),  # what every class, and every abstract one, has
        *("model_computed_fields", "model_config", "model_construct", "model_copy", "model_dump", "model_dump_json"),
        *("model_extra", "model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name"),
        *("model_post_init", "model_rebuild", "model_validate", "model_validate_json", "model_validate_strings"),
    }
)
"""What a field of a model cannot be called: types that annotations of other fields name, and what models have."""


def words(name: str) -> list[str]:
    """The words of a name in any case style: `getHTTPUser2` gives get, HTTP, User, 2."""
    return _WORD.findall(unicodedata.normalize("NFKC", name))


def snake_case(name: str) -> str:
    """A Python identifier in snake_case; a keyword gets an underscore, a leading digit `n`, an empty name `unnamed`."""
    text = "_".join(word.lower() for word in words(name)) or "unnamed"
    text = re.sub(r"(?<=[a-z])_(?=\d)", "", text) if re.search(r"[A-Za-z]\d", name) else text
    if text[0].isdigit():
        text = f"n{text}"
    return f"{text}_" if keyword.iskeyword(text) or not text.isidentifier() else text


def pascal_case(name: str) -> str:
    """A Python class name: each word with a capital, acronyms kept; a leading digit gets an `N`."""
    text = "".join(word[0].upper() + word[1:] for word in words(name)) or "Unnamed"
    return f"N{text}" if text[0].isdigit() else text


def method_name(operation: Operation) -> str:
    """The method that implements an operation: `getArticle` gives `get_article`, `list` gives `list_`."""
    text = snake_case(operation.operation_id)
    return f"{text}_" if text in _RESERVED_METHODS else text


def operations_class_name(tag: str, family: str = "operations") -> str:
    """The abstract class of a tag: `articles` gives `ArticlesOperations`; of `webhooks`, `ArticlesWebhooks`."""
    return f"{pascal_case(tag)}{family.capitalize()}"


def module_name(tag: str) -> str:
    """The module in `generated/operations/` of a tag."""
    return snake_case(tag)


def reply_name(operation: Operation, response: Response) -> str:
    """The class of a response: a shared component keeps its name, else `GetArticle200`, `GetArticleDefault`."""
    if response.component is not None:
        return pascal_case(response.component)
    return f"{pascal_case(operation.operation_id)}{response.status[0].upper()}{response.status[1:]}"


def argument_names(operation: Operation) -> Mapping[tuple[str, str], str]:
    """The argument of each parameter, by location and name; one name in several locations gets these behind.

    So `id` in the query is `id_query` beside a header `id`; in the path it is `id` anyway.

    Parameters that describe the headers Accept, Content-Type and Authorization have none: they "SHALL be ignored"
    (OpenAPI 3.1.1, section 4.8.12.2.1).
    """
    plain = {
        _key(parameter): _argument(parameter.name)
        for parameter in operation.parameters
        if not (parameter.location == "header" and parameter.name.lower() in _IGNORED_HEADERS)
    }
    locations = Counter(name for name, _ in {(name, location) for (location, _), name in plain.items()})
    placed = {
        key: name if locations[name] == 1 or key[0] == "path" else f"{name.rstrip('_')}_{key[0]}"
        for key, name in plain.items()
    }
    return _told_apart({key: (key[1], name) for key, name in placed.items()})


def member_names(names: Iterable[str], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """The field of a model for each member of an object; `taken` are other names that a field cannot have.

    What is an identifier in small letters stays as it is. The outcome does not depend on the order.
    """
    reserved = RESERVED_MEMBERS.union(taken)
    return _told_apart({name: (name, _member(name, reserved)) for name in names})


def _member(name: str, reserved: frozenset[str]) -> str:
    text = name if _OWN.fullmatch(name) and not keyword.iskeyword(name) else snake_case(name)
    return f"{text}_" if text in reserved else text


def _told_apart(wanted: Mapping[_K, tuple[str, str]]) -> Mapping[_K, str]:
    """Names in code for names on the wire; `wanted` gives both for each key.

    Of several that want one name, the one that is spelled so on the wire has it; each other gets digits of the SHA-256
    of its own behind it, so that none is renamed when another one is added, or when all change their order.
    """
    holders = Counter(name for _, name in wanted.values())
    found = {key: name for key, (wire, name) in wanted.items() if holders[name] == 1 or name == wire}
    used = {*holders, *found.values()}
    for key, (wire, name) in sorted(wanted.items(), key=lambda item: item[1]):
        if key not in found:
            digest = sha256(wire.encode("utf-8", "surrogatepass")).hexdigest()
            lengths = range(_DIGITS, len(digest) + 1)
            choices = (f"{name.rstrip('_')}_{digest[:length]}" for length in lengths)
            found[key] = next(choice for choice in choices if choice not in used)
            used.add(found[key])
    return {key: found[key] for key in wanted}


def _key(parameter: Parameter) -> tuple[str, str]:
    return (str(parameter.location), parameter.name)


def _argument(name: str) -> str:
    text = snake_case(name)
    return f"{text}_" if text in _RESERVED_ARGUMENTS else text
