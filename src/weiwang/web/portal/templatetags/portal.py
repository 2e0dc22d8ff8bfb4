from django import template
from django.utils.translation import get_language

from weiwang.web.portal.retention import Words

register = template.Library()


@register.filter
def speak(words: Words) -> str:
    """Something held in both languages, in the reader's."""
    return words.in_language(get_language() or "")
