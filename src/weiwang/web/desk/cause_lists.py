"""The causes that staff note: on a case, as names, and as a choice for lists."""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from weiwang.cases import permissions, queries
from weiwang.cases.causes import causes_of
from weiwang.cases.queries import CaseFile
from weiwang.territory.rules import Officer


def cause_name(code: str) -> str:
    """In the reader's language; the code itself when the table does not know it any more."""
    return cause_names(get_language() or "", queries.cause_policy().digest).get(code, code)


@lru_cache(maxsize=4)
def cause_names(language: str, digest: str) -> Mapping[str, str]:
    """Code to name; `digest` is that of the policy table, so a new table is read anew."""
    return {code: cause.name(language) for code, cause in queries.causes().items()}


def cause_options(language: str) -> SafeString:
    return _options(language, queries.cause_policy().digest)


@lru_cache(maxsize=4)
def _options(language: str, digest: str) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', cause_names(language, digest).items())


def about(officer: Officer, file: CaseFile) -> dict[str, object]:
    """What the card of a case page sets."""
    language = get_language() or ""
    may = file.case.merged_into_id is None and permissions.power_for_cause(officer, file.case)
    options = _fitting(language, file.case.category, queries.cause_policy().digest) if may else SafeString()
    return {
        "cause": cause_name(file.cause) if file.cause else "",
        "causes": SafeString(options.replace(f'value="{file.cause}"', f'value="{file.cause}" selected', 1))
        if file.cause
        else options,
    }


@lru_cache(maxsize=256)
def _fitting(language: str, category: str, digest: str) -> SafeString:
    """The causes of a category as options."""
    rows = ((cause.code, cause.name(language)) for cause in causes_of(queries.causes(), category))
    return format_html_join("", '<option value="{}">{}</option>', rows)
