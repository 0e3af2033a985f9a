"""One name in its mechanical forms: operationId to method, tag to class, response to reply, parameter to argument."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Mapping

from handfast.contract.model import Operation, Parameter, Response

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_RESERVED_ARGUMENTS = {"self", "body"}
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}


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
    """The method that implements an operation: `getArticle` gives `get_article`."""
    return snake_case(operation.operation_id)


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
    """The argument of each parameter, by location and name; equal ones get their location behind (`id_query`).

    Parameters that describe the headers Accept, Content-Type and Authorization have none: they "SHALL be ignored"
    (OpenAPI 3.1.1, section 4.8.12.2.1).
    """
    plain = {
        _key(parameter): _argument(parameter.name)
        for parameter in operation.parameters
        if not (parameter.location == "header" and parameter.name.lower() in _IGNORED_HEADERS)
    }
    taken: dict[str, int] = {}
    for name in plain.values():
        taken[name] = taken.get(name, 0) + 1
    return {
        key: name if taken[name] == 1 or key[0] == "path" else f"{name.rstrip('_')}_{key[0]}"
        for key, name in plain.items()
    }


def _key(parameter: Parameter) -> tuple[str, str]:
    return (str(parameter.location), parameter.name)


def _argument(name: str) -> str:
    text = snake_case(name)
    return f"{text}_" if text in _RESERVED_ARGUMENTS else text
