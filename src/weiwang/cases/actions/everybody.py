"""Whoever else has the same matter hears the end of it too: those who joined, and reporters of duplicates.

Each in the language and on the contact they left, with a link of their own; nobody twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from weiwang.cases.models import Case, Joined, Reporter
from weiwang.cases.rules import mobile_of
from weiwang.notices.rules import Channel


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who hears the end. `page` is the id their private link is made of."""

    key: str
    page: UUID
    number: str
    language: str
    phone: str = field(repr=False)
    email: str = field(repr=False)

    def ways(self) -> Iterator[tuple[Channel, str]]:
        """The channels on which they can be reached, with the address on each."""
        if self.email:
            yield Channel.EMAIL, self.email
        mobile = mobile_of(self.phone)
        if mobile:
            yield Channel.SMS, mobile


def reporter_of(case: Case) -> Hearer | None:
    """Whoever reported the case itself, if they left a contact."""
    found = Reporter.objects.filter(case=case).first()
    return None if found is None else _reported(found, case, "reporter")


def others(case: Case) -> Iterator[Hearer]:
    """All others who wait for the end: of the case, and of the duplicates that were put to it."""
    merged = {one.pk: one for one in Case.objects.filter(merged_into=case).order_by("reported_at", "id")}
    for found in Reporter.objects.filter(case__in=merged).order_by("case_id"):
        yield _reported(found, merged[found.case_id], f"merged:{found.case_id}")
    numbers = {case.pk: case.number} | {key: one.number for key, one in merged.items()}
    for one in Joined.objects.filter(case__in=numbers).order_by("joined_at", "id"):
        yield Hearer(
            f"joined:{one.pk}", one.pk, numbers[one.case_id], one.language or "zh", one.phone or "",
            one.email or "",
        )  # fmt: skip


def _reported(row: Reporter, case: Case, key: str) -> Hearer:
    return Hearer(key, case.pk, case.number, row.language or "zh", row.phone or "", row.email or "")
