"""Every address the portal answers, as the resolver has them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """``name`` as ``reverse()`` takes it, else the route in brackets; ``parts`` are its blanks."""

    name: str
    route: str
    parts: tuple[str, ...]


def all_addresses() -> list[Address]:
    """In the order they are tried; those of the admin too. What only redirects is left out."""
    return list(_below(get_resolver(), "", ""))


def _below(resolver: URLResolver, namespace: str, route: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        path = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _below(pattern, f"{namespace}{inner}", path)
        elif isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else f"[{path}]"
            yield Address(name, path, tuple(pattern.pattern.converters))
