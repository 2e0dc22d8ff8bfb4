"""Addresses of pages that take nothing: looked up once, for they never change while the process runs."""

from functools import cache

from django.urls import reverse


@cache
def address(name: str) -> str:
    """The path of a page by its name. Raises `NoReverseMatch`."""
    return reverse(name)
