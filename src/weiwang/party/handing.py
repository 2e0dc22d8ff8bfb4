"""Households when a post changes hands: a successor in the same branch takes them over."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from weiwang.kernel.faults import gettext_noop
from weiwang.party.models import Link, Member
from weiwang.territory.handover import Handover, Line, Part


def pass_households(handover: Handover) -> Part:
    """List the households the former holder looks after; a successor in the same branch takes them over.

    Only when the holder ends altogether would they be left alone; a member who merely gives up a post keeps
    them until somebody of the branch follows.
    """
    on = timezone.localdate(handover.at)
    links = Link.objects.standing(on).filter(member__user=handover.from_user, member__left_on=None)
    found = list(links.select_related("member", "building").order_by("building__address", "door"))
    heirs = _heirs(handover, {link.member.branch_id for link in found})
    lines = []
    for link in found:
        heir = heirs.get(link.member.branch_id)
        passed = heir is not None and _passed(link, heir, handover)
        lines.append(Line(f"{link.building.address} {link.door}", "→" if passed else ""))
    return Part(gettext_noop("Linked households"), tuple(lines))


def _heirs(handover: Handover, branches: set[int | None]) -> dict[int | None, Member]:
    if handover.to_user is None:
        return {}
    rows = Member.objects.filter(user=handover.to_user, left_on=None, branch__in=branches - {None})
    return {row.branch_id: row for row in rows}


def _passed(link: Link, heir: Member, handover: Handover) -> bool:
    on = timezone.localdate(handover.at)
    try:
        with transaction.atomic():
            if link.starts_on >= on:
                link.member = heir
                link.save(update_fields=["member"])
                return True
            link.ends_on = on
            link.save(update_fields=["ends_on"])
            Link.objects.create(
                place=link.place, member=heir, building=link.building, door=link.door, starts_on=on
            )
    except IntegrityError:  # somebody was quicker: the household is looked after
        return False
    return True
