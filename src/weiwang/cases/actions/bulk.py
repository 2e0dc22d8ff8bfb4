"""One deed for many cases: each on its own, with its own permission, its own entry and its own answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions.moves import take_step
from weiwang.cases.actions.pairs import take_pair
from weiwang.cases.actions.reminding import remind
from weiwang.cases.models import Case
from weiwang.cases.pairs import REGISTER_AND_DISPATCH
from weiwang.cases.permissions import visible_to
from weiwang.cases.rules import CaseError, State, Step
from weiwang.kernel.faults import CodedError
from weiwang.territory.rules import NotAllowedError, Officer

AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row somebody ticked, with the version they saw."""

    case_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row. `error` is None when it was done, also when it had been done before."""

    case_id: UUID
    number: str
    title: str
    owner: str
    error: CodedError | None = None
    again: bool = False


def assign_many(
    *, rows: Iterable[Chosen], by: Officer, at: datetime, target_post: int | None, submission: str
) -> list[Outcome]:
    """Dispatch each case, registering it first where it is only reported; without a post to the usual one.

    What can be done is done, whatever becomes of the other rows. `submission` makes a list sent twice one.
    """

    def assign(case: Case, version: int, key: str) -> Case:
        if case.state == State.REPORTED:
            return take_pair(
                case_id=case.pk, pair=REGISTER_AND_DISPATCH, by=by, at=at, seen_version=version,
                target_post=target_post, submission=key,
            )  # fmt: skip
        return take_step(
            case_id=case.pk, step=Step.DISPATCH, by=by, at=at, seen_version=version,
            target_post=target_post, submission=f"{key}.dispatch",
        )  # fmt: skip

    return _each(rows, assign, by=by, submission=submission)


def remind_many(
    *, rows: Iterable[Chosen], by: Officer, at: datetime, note: str, submission: str
) -> list[Outcome]:
    """Ask the post of each case to hurry, in the same words."""

    def hurry(case: Case, _version: int, key: str) -> Case:
        return remind(case_id=case.pk, by=by, at=at, note=note, submission=key)

    return _each(rows, hurry, by=by, submission=submission)


def _each(
    rows: Iterable[Chosen], deed: Callable[[Case, int, str], Case], *, by: Officer, submission: str
) -> list[Outcome]:
    chosen = list({row.case_id: row for row in rows}.values())
    if len(chosen) > AT_MOST:
        raise CaseError("bulk.too_many", limit=AT_MOST)
    seen = visible_to(by).filter(pk__in=[row.case_id for row in chosen]).defer("search", "text").in_bulk()
    return [_one(row, seen.get(row.case_id), deed, f"{submission}.{row.case_id}") for row in chosen]


def _one(row: Chosen, case: Case | None, deed: Callable[[Case, int, str], Case], key: str) -> Outcome:
    if case is None:
        return Outcome(row.case_id, "", "", "", CaseError("case.unknown"))
    try:
        done = deed(case, row.version, key)
    except AlreadyDoneError:
        return Outcome(row.case_id, case.number, case.title, case.owner_name, again=True)
    except NotAllowedError:
        return Outcome(row.case_id, case.number, case.title, "", CaseError("bulk.not_allowed"))
    except CodedError as error:
        return Outcome(row.case_id, case.number, case.title, "", error)
    return Outcome(row.case_id, case.number, case.title, done.owner_name)
