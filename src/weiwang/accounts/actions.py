"""Accounts: made, given a password, ended. Authority is never given here; it comes with a post."""

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.utils import timezone

from weiwang.accounts.models import Confirmation, User
from weiwang.accounts.queries import promise
from weiwang.accounts.rules import AccountError, has_ended, username_fault
from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.kernel.fields import sealer
from weiwang.kernel.ids import new_id
from weiwang.kernel.text import clean_text


def create_user(
    *, place: int, username: str, name: str, by: Actor, at: datetime, phone: str = "",
    password: str | None = None, works_until: date | None = None, submission: str | None = None,
) -> User:  # fmt: skip
    """Make an account. Without a password nobody can sign in until one is given.

    Raises `AccountError` for a user name that is taken or cannot be used.
    """
    login = username.strip().lower()
    fault = username_fault(login)
    if fault:
        raise AccountError(fault, username=login)
    with recorded("account.create", by=by, at=at, place=place, submission=submission) as draft:
        if User.objects.filter(username=login).exists():
            raise AccountError("account.taken", username=login)
        try:
            user = User.objects.create(
                place=place, username=login, name=clean_text(name, 60), created_at=at,
                works_until=works_until, password=make_password(password),
                must_change_password=password is not None, **_phone(phone),
            )  # fmt: skip
        except IntegrityError as error:  # two people at once: the second sees the first
            raise AccountError("account.taken", username=login) from error
        draft.concerns("user", user.pk, username=login)
    return user


def new_program(*, place: int, name: str, at: datetime) -> User:
    """The account of another program, made inside the action that lets it in. It never has a password."""
    return User.objects.create(
        place=place, username=f"program:{new_id()}", name=name, created_at=at, is_program=True,
        password=make_password(None),
    )  # fmt: skip


def _phone(phone: str) -> dict[str, object]:
    index = sealer().blind_index(phone, "user.phone") if phone else None
    return {"phone": phone, "phone_index": index}


def change_user(
    *, user_id: int, by: Actor, at: datetime, name: str | None = None, phone: str | None = None,
    submission: str | None = None,
) -> User:  # fmt: skip
    """Correct the name or the telephone number of an account; None leaves it as it is."""
    user = User.objects.get(pk=user_id)
    with recorded("account.change", by=by, at=at, place=user.place, submission=submission) as draft:
        changes: dict[str, object] = _phone(phone) if phone is not None else {}
        if name is not None:
            changes["name"] = clean_text(name, 60, required=True)
        for field, value in changes.items():
            setattr(user, field, value)
        user.save(update_fields=list(changes))
        draft.concerns("user", user.pk, changed=sorted(changes))
    return user


def set_contract_end(
    *, user_id: int, works_until: date | None, by: Actor, at: datetime, submission: str | None = None
) -> User:
    """Set the last day of a contract or temporary account, or take it away (None).

    Appointments follow it in `territory.actions.change_contract`. Raises `AccountError` for a day gone by.
    """
    user = User.objects.get(pk=user_id)
    with recorded("account.contract", by=by, at=at, place=user.place, submission=submission) as draft:
        if has_ended(works_until, timezone.localdate(at)):
            raise AccountError("contract.past")
        user.works_until = works_until
        user.save(update_fields=["works_until"])
        draft.concerns("user", user.pk, works_until=works_until.isoformat() if works_until else None)
    return user


def reset_password(
    *, user_id: int, password: str, by: Actor, at: datetime, reason: str = "", submission: str | None = None
) -> User:
    """Give a new first password; the person must change it at the next sign-in, and all sessions end."""
    user = User.objects.get(pk=user_id)
    with recorded(
        "account.reset_password", by=by, at=at, place=user.place, reason=reason, submission=submission
    ) as draft:
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        draft.concerns("user", user.pk)
    return user


def change_password(*, user_id: int, password: str, by: Actor, at: datetime) -> User:
    """The person's own change; the password was checked by the face."""
    user = User.objects.get(pk=user_id)
    with recorded("account.change_password", by=by, at=at, place=user.place) as draft:
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        draft.concerns("user", user.pk)
    return user


def set_active(
    *, user_id: int, active: bool, by: Actor, at: datetime, reason: str = "", submission: str | None = None
) -> User:
    """Close or reopen an account. Sessions end with the next request."""
    user = User.objects.get(pk=user_id)
    action = "account.reopen" if active else "account.close"
    with recorded(action, by=by, at=at, place=user.place, reason=reason, submission=submission) as draft:
        user.is_active = active
        user.save(update_fields=["is_active"])
        draft.concerns("user", user.pk)
    return user


def confirm_confidentiality(
    *, user_id: int, version: int, by: Actor, at: datetime, submission: str | None = None
) -> Confirmation:
    """Keep that a person has read and confirmed the promise; `version` is the one they were shown.

    Raises `AccountError` when the text has changed meanwhile.
    """
    policy, user = promise(), User.objects.defer("phone").get(pk=user_id)
    with recorded(
        "account.confirm_confidentiality", by=by, at=at, place=user.place, submission=submission
    ) as draft:
        if version != policy.version:
            raise AccountError("confidentiality.changed")
        found = Confirmation.objects.create(place=user.place, user=user, version=version, at=at)
        draft.concerns("user", user.pk, version=version, text=policy.digest)
    return found
