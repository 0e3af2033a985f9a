"""Texts and numbers by the names of members: a `city` is a city, an `email` looks like one. Cheap, and only a guess.

Whether a guess fits is for the schema to say; one that does not is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import TypeVar

_Value = TypeVar("_Value", str, float)

_NAMES = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Mary Somerville", "Charles Babbage", "Katherine Johnson")
_SENTENCES = (
    "The Engine weaves algebraical patterns just as the loom weaves flowers and leaves",
    "It can do whatever we know how to order it to perform",
    "What was only imagined yesterday is measured today",
    "A bird in the hand is worth reading about twice",
    "Nothing is too small to be looked at closely",
)
_TITLES = ("Notes on the Analytical Engine", "A short history of flight", "Letters from the coast", "The quiet machine")
_SLUGS = ("notes-on-the-engine", "a-short-history", "letters-from-the-coast", "the-quiet-machine")
_WORDS = ("computing", "history", "travel", "music", "science", "gardens")

TEXTS: Mapping[str, tuple[str, ...]] = {
    "address": ("12 St James's Square", "7 Ockham Lane", "221 Harbour Street"),
    "author": _NAMES,
    "body": _SENTENCES,
    "brand": ("Acme", "Northwind", "Globex"),
    "breed": ("Beagle", "Siamese", "Collie"),
    "category": _WORDS,
    "city": ("London", "Lisbon", "Nairobi", "Osaka", "Lima"),
    "color": ("green", "blue", "amber", "teal"),
    "colour": ("green", "blue", "amber", "teal"),
    "comment": _SENTENCES,
    "company": ("Acme Ltd", "Northwind Traders", "Globex"),
    "content": _SENTENCES,
    "country": ("Portugal", "Kenya", "Japan", "Peru", "GB", "PT"),
    "currency": ("EUR", "USD", "JPY", "eur"),
    "description": _SENTENCES,
    "detail": ("It is not there", "Try again later"),
    "displayname": _NAMES,
    "email": ("ada@example.com", "grace@example.org", "alan@example.net"),
    "filename": ("notes.pdf", "cover.png", "data.csv"),
    "firstname": ("Ada", "Grace", "Alan", "Mary", "Charles"),
    "fullname": _NAMES,
    "genre": _WORDS,
    "handle": ("ada", "grace", "alan", "mary"),
    "hash": ("9f86d081884c7d65", "60303ae22b998861"),
    "host": ("example.com", "api.example.org"),
    "ip": ("192.0.2.1", "198.51.100.7"),
    "label": _WORDS,
    "language": ("en", "pt", "ja", "sw"),
    "lastname": ("Lovelace", "Hopper", "Turing", "Somerville"),
    "locale": ("en-GB", "pt-PT", "ja-JP"),
    "location": ("London", "Lisbon", "Nairobi", "Osaka"),
    "message": ("All is well", "It is done", "See you soon"),
    "mimetype": ("image/png", "application/pdf", "text/csv"),
    "model": ("Model T", "Series 7", "Mark II"),
    "name": ("Ada", "Juniper", "Orion", "Willow"),
    "nickname": ("ada", "grace", "alan"),
    "note": _SENTENCES,
    "origin": ("London", "Lisbon", "Nairobi"),
    "destination": ("Osaka", "Lima", "Lisbon"),
    "path": ("/articles/1", "/notes/a"),
    "phone": ("+44 20 7946 0958", "+442079460958", "020 7946 0958"),
    "postalcode": ("SW1Y 4JH", "1100-148", "10115"),
    "reason": ("It was asked for", "The time was up"),
    "role": ("editor", "author", "reader"),
    "sku": ("AB-1001", "CD-2040", "EF-3307"),
    "slug": _SLUGS,
    "state": ("open", "active", "CA"),
    "status": ("active", "open", "done"),
    "street": ("12 St James's Square", "7 Ockham Lane"),
    "subject": _TITLES,
    "subtitle": _TITLES,
    "summary": _SENTENCES,
    "tag": _WORDS,
    "text": _SENTENCES,
    "timezone": ("Europe/London", "Africa/Nairobi", "Asia/Tokyo"),
    "title": _TITLES,
    "topic": _WORDS,
    "url": ("https://example.com/", "https://example.org/notes"),
    "username": ("ada", "grace", "alan", "mary"),
    "version": ("1.0.0", "2.3.1"),
    "zip": ("SW1Y 4JH", "10115"),
}
_SAME: Mapping[str, str] = {
    "emailaddress": "email",
    "familyname": "lastname",
    "givenname": "firstname",
    "hostname": "host",
    "href": "url",
    "ipaddress": "ip",
    "lang": "language",
    "link": "url",
    "login": "username",
    "mail": "email",
    "phonenumber": "phone",
    "postcode": "postalcode",
    "screenname": "username",
    "surname": "lastname",
    "telephone": "phone",
    "town": "city",
    "uri": "url",
    "website": "url",
    "zipcode": "zip",
}
NUMBERS: Mapping[str, tuple[float, ...]] = {
    "age": (36, 54, 41),
    "amount": (19.99, 5, 120.5),
    "cost": (19.99, 5, 120.5),
    "count": (3, 12, 7),
    "day": (14, 3, 28),
    "discount": (10, 5, 25),
    "duration": (90, 45, 30),
    "height": (180, 720, 48),
    "lat": (51.5074, 38.7223, -1.2921),
    "latitude": (51.5074, 38.7223, -1.2921),
    "lng": (-0.1278, -9.1393, 36.8219),
    "lon": (-0.1278, -9.1393, 36.8219),
    "longitude": (-0.1278, -9.1393, 36.8219),
    "month": (6, 11, 2),
    "percent": (42, 87, 12.5),
    "percentage": (42, 87, 12.5),
    "port": (8080, 443),
    "price": (19.99, 5, 120.5),
    "quantity": (2, 1, 5),
    "rating": (4, 4.5, 3),
    "score": (87, 42, 95),
    "total": (42, 120, 7),
    "weight": (2.5, 12, 70),
    "width": (320, 1280, 64),
    "year": (2026, 1843, 1969),
}


def texts_for(name: str, random: Random | None) -> list[str]:
    """Texts for a member of a name, in an order of chance if there is one; empty for a name that says nothing."""
    return _shuffled(_found(name, TEXTS), random)


def numbers_for(name: str, random: Random | None) -> list[float]:
    """Numbers for a member of a name, as above."""
    return _shuffled(_found(name, NUMBERS), random)


def singular(name: str) -> str:
    """The name of one item of a list: `categories` has a `category`."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _found(name: str, table: Mapping[str, tuple[_Value, ...]]) -> tuple[_Value, ...]:
    """The entry of the whole name, else of its last word: `billing_city`, `pageCount`."""
    words = re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*", name)
    for length in range(min(len(words), 4), 0, -1):
        word = "".join(words[-length:]).lower()
        if (found := table.get(_SAME.get(word, word))) is not None:
            return found
    return ()


def _shuffled(values: tuple[_Value, ...], random: Random | None) -> list[_Value]:
    return list(values) if random is None else random.sample(values, len(values))
