from django import template
from django.utils.translation import get_language

from weiwang.web.portal.retention import Words

register = template.Library()


@register.filter
def speak(words: Words) -> str:
    """Something held in both languages, in the reader's."""
    return words.in_language(get_language() or "")


@register.filter
def dialled(number: str) -> str:
    """A telephone number as a link dials it."""
    return "".join(char for char in number if char.isdigit())
