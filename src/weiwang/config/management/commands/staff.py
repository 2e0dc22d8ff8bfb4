import argparse
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.accounts import actions as accounts
from weiwang.accounts.models import User
from weiwang.accounts.passwords import first_password
from weiwang.accounts.queries import user_named
from weiwang.config.terminal import add_language, place_named, speaking, terminal_actor
from weiwang.kernel.faults import CodedError
from weiwang.territory import actions, roster
from weiwang.territory import queries as territory
from weiwang.territory.imports.frame import midnight, read_day
from weiwang.territory.rules import TerritoryError

GUIDE = """examples:
  weiwang staff add wanghong --name 王红 --post administrator --unit AJ
  weiwang staff add liming --name 李明 --post grid_leader --unit AJ0101 --until 2027-06-30
  weiwang staff reset wanghong
  weiwang staff end liming --post grid_leader
  weiwang staff list --unit AJ0101

A first password is shown once and must be changed at the first sign-in. `end` without --post ends every
appointment of the person and closes the account."""


class Command(BaseCommand):
    help = "Accounts and appointments from the terminal; the first administrator is made here."
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        parser = super().create_parser("weiwang", "staff", **kwargs)
        parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, GUIDE
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["add", "reset", "end", "list"])
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--name", default="")
        parser.add_argument("--phone", default="")
        parser.add_argument("--post", default="", metavar="KIND", help="code or name of the kind of post")
        parser.add_argument(
            "--unit", default="", metavar="CODE", help="unit of the post; the sub-district by default"
        )
        parser.add_argument("--department", default="", metavar="CODE")
        parser.add_argument("--until", default="", metavar="DATE", help="last day of the appointment")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the first password from standard input"
        )
        parser.add_argument(
            "--leave-vacant", action="store_true", help="with end: open work goes to the posts above"
        )
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            try:
                getattr(self, f"do_{options['verb']}")(options)
            except CodedError as error:
                params = {k: _(v) if isinstance(v, str) and v else v for k, v in error.params.items()}
                raise CommandError(_(error.msgid) % params) from error

    def do_add(self, options: Mapping[str, Any]) -> None:
        """A new account, or one more post for an account that is there."""
        place = place_named(options["place"])
        known = user_named(options["username"])
        if known is not None and known.place != place.pk:
            raise CommandError(_("This account belongs to another sub-district."))
        password = "" if known else chosen_password(options)
        with transaction.atomic():
            if known is None:
                known = new_account(options, place.pk, password)
            if options["post"]:
                self.appoint(options, place.pk, known)
        if password:
            self.tell_password(options, known.username, password)

    def appoint(self, options: Mapping[str, Any], place: int, user: User) -> None:
        unit = territory.unit_by_code(place=place, code=options["unit"] or territory.place_head(place).code)
        if unit is None:
            raise TerritoryError("unit.unknown", code=options["unit"])
        department = next(
            (d for d in territory.departments(place) if options["department"] in {d.code, d.name}), None
        )
        kind = territory.post_table().kind(options["post"])
        now = timezone.now()
        post = roster.seat(unit=unit, kind=kind, department=department, at=now)
        if post is None:
            post = actions.create_post(
                unit=unit, kind=kind.code, department=department, by=terminal_actor(), at=now
            )
        last = read_day(options["until"])
        actions.appoint(
            post_id=post.pk, user_id=user.pk, by=terminal_actor(), at=now,
            ends_at=midnight(last + timedelta(days=1)) if last else None,
        )  # fmt: skip
        self.stdout.write(_("%(username)s holds: %(post)s") % {"username": user.username, "post": post.name})

    def do_reset(self, options: Mapping[str, Any]) -> None:
        user = self.known(options)
        password = chosen_password(options)
        accounts.reset_password(user_id=user.pk, password=password, by=terminal_actor(), at=timezone.now())
        self.tell_password(options, user.username, password)

    def do_end(self, options: Mapping[str, Any]) -> None:
        user, now = self.known(options), timezone.now()
        kind = territory.post_table().kind(options["post"]).code if options["post"] else ""
        held = [a for a in roster.appointments_of(user.pk, at=now) if kind in {"", a.kind}]
        if kind and not held:
            raise CommandError(_("%(username)s holds no such post.") % {"username": user.username})
        with transaction.atomic():
            for appointment in held if kind else ():
                _end_one(appointment.id, vacant=options["leave_vacant"], at=now)
            if not kind:
                actions.end_person(
                    user_id=user.pk, by=terminal_actor(), at=now, leave_vacant=options["leave_vacant"]
                )
            for appointment in held:
                self.stdout.write(_("ended: %(post)s") % {"post": appointment.post_name})
            if not kind:
                self.stdout.write(_("The account %(username)s is closed.") % {"username": user.username})

    def do_list(self, options: Mapping[str, Any]) -> None:
        """Every post with its holders; user names only, no names and no numbers."""
        place = place_named(options["place"])
        head = territory.unit_by_code(place=place.pk, code=options["unit"] or place.code)
        if head is None:
            raise TerritoryError("unit.unknown", code=options["unit"])
        for post in roster.posts_under(place=place.pk, path=head.path, at=timezone.now()):
            who = ", ".join(holder.username for holder in post.holders) or _("vacant")
            self.stdout.write(f"{post.unit_code}\t{post.kind}\t{post.name}\t{who}")

    def known(self, options: Mapping[str, Any]) -> User:
        user = user_named(options["username"])
        if user is None:
            raise CommandError(_("There is no account with this user name."))
        return user

    def tell_password(self, options: Mapping[str, Any], username: str, password: str) -> None:
        if not options["password_stdin"]:
            told = {"username": username, "password": password}
            self.stdout.write(_("First password of %(username)s, shown once: %(password)s") % told)


def new_account(options: Mapping[str, Any], place: int, password: str) -> User:
    return accounts.create_user(
        place=place, username=options["username"], name=options["name"] or options["username"],
        phone=options["phone"], password=password, by=terminal_actor(), at=timezone.now(),
    )  # fmt: skip


def chosen_password(options: Mapping[str, Any]) -> str:
    if not options["password_stdin"]:
        return first_password()
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < 10:
        raise CommandError(_("A password needs at least ten characters."))
    return password


def _end_one(appointment_id: int, *, vacant: bool, at: datetime) -> None:
    """End one appointment; open work refuses it, or goes to the post above."""
    if vacant:
        actions.hand_over(appointment_id=appointment_id, to_user=None, by=terminal_actor(), at=at)
    else:
        actions.end_appointment(appointment_id=appointment_id, by=terminal_actor(), at=at)
