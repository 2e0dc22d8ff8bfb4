"""A case, its append-only history, its photos and papers and, apart from them, who reported it.

Every table carries `place` (the sub-district). Ids are made by the client where a case can be born offline.
"""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from weiwang.cases.facets import Facets
from weiwang.cases.rules import FINAL, HELD, OPEN, Ask, State
from weiwang.cases.timing import Running, running
from weiwang.kernel.fields import SealedTextField
from weiwang.kernel.ids import new_id

_FINAL = sorted(
    state.value for state in FINAL
)  # a list with one order, so that migrations do not differ from run to run

_HELD = sorted(state.value for state in HELD)
_OPEN = sorted(state.value for state in OPEN - HELD)
_ASKS = sorted(ask.value for ask in Ask)


class Case(models.Model):
    """One matter from report to feedback.

    `version` counts the steps taken: a page that shows version 4 cannot move a case that is at 5.
    `history_length` and `history_digest` are the head of the hash-chained history, so a cut-off end shows.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    number = models.CharField(max_length=24)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State])
    channel = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, null=True)  # the number in the system it was imported from
    category = models.CharField(max_length=12)
    restricted = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    title = models.CharField(max_length=80)
    text = models.TextField()
    search = SearchVectorField(null=True)
    answers = models.JSONField(default=dict)  # to the questions of the category, by their codes

    # where
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    unit_path = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=120)
    address = models.CharField(max_length=160, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    match = models.CharField(max_length=12)
    route = models.JSONField(default=dict)

    # who has it. Posts, departments and people are ended, never deleted, so PostgreSQL never looks for what
    # refers to them: `indexes` below holds what a query asks for, and every report pays for each of them.
    owner_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    owner_name = models.CharField(max_length=80, blank=True)
    department = models.ForeignKey(
        "territory.Department", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    suggested_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    handler_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    closer_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    handler_users = models.JSONField(default=list)
    # 首接负责: the post that took it on, until another takes it on; empty while that is the post that has it
    answerable_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reported_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # 协办: posts that were asked to help; nothing, so that a report pays for no index, while there are none
    helper_posts = ArrayField(models.BigIntegerField(), null=True)

    # the clock: which limit runs (`rules.Clock`), since when, how long; set by `cases.actions.clocks` alone
    clock = models.CharField(max_length=10, blank=True)
    clock_at = models.DateTimeField(null=True)
    clock_limit = models.CharField(max_length=8, blank=True)
    clock_extra = ArrayField(models.CharField(max_length=8), default=list)
    clock_pauses = ArrayField(models.DateTimeField(), default=list)  # stopped, resumed, stopped, resumed
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    near_at = models.DateTimeField(null=True)  # from when 80 % of the limit are used
    clock_rung = models.PositiveSmallIntegerField(default=0)  # the highest rung of the ladder told of

    reported_at = models.DateTimeField()
    step_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cleared_on = models.DateField(
        null=True
    )  # words, place and photos went on this day; what is counted stays
    outer_due_at = models.DateTimeField(null=True)  # the limit of the hotline an order came from
    contact_due_at = models.DateTimeField(null=True)  # by when whoever reported is contacted first
    contacted_at = models.DateTimeField(null=True)
    contact_tries = models.PositiveSmallIntegerField(default=0)

    # what was asked for and is not decided yet, and where a case came from that stands still
    asked = models.CharField(max_length=10, blank=True)  # rules.Ask
    asked_for = models.CharField(max_length=16, blank=True)  # a limit or a day
    asked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_post = models.ForeignKey(
        "territory.Post", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    held_from = models.CharField(max_length=16, blank=True)
    extended = models.PositiveSmallIntegerField(default=0)
    reminded = models.PositiveSmallIntegerField(default=0)
    supervised = models.PositiveSmallIntegerField(default=0)

    # the end
    answer = models.TextField(blank=True)
    self_handled = models.BooleanField(default=False)
    legal_channel = models.CharField(max_length=32, blank=True)
    satisfied = models.BooleanField(null=True)
    returned = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)

    photo_count = models.PositiveSmallIntegerField(default=0)
    paper_count = models.PositiveSmallIntegerField(default=0)
    photos_shown = models.BooleanField(default=False)  # to neighbours who are about to report the same
    last_word = models.CharField(max_length=80, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False
    )
    # a part of another case; how many parts of this one are open, nothing if it never had any; the latest
    # change of a part that nobody has looked at
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="parts", db_index=False
    )
    open_parts = models.PositiveSmallIntegerField(null=True)
    parts_news_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    history_length = models.PositiveIntegerField(default=0)
    history_digest = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints: ClassVar = [
            # the number first: its reporter looks for it without a place
            models.UniqueConstraint(fields=["number", "place"], name="cases_case_number"),
            models.UniqueConstraint(
                fields=["place", "source_ref"],
                name="cases_case_source_ref",
                condition=Q(source_ref__isnull=False),
            ),
            # No open case without an owner and a due time.
            models.CheckConstraint(
                condition=Q(state__in=[*_FINAL, State.DRAFT.value])
                | Q(owner_post__isnull=False, due_at__isnull=False, clock_at__isnull=False),
                name="cases_case_owned",
            ),
            # A pause always has an end.
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, paused_until__isnull=True)
                | Q(paused_at__lte=F("paused_until")),
                name="cases_case_pause",
            ),
            # What stands still knows where it goes on; nothing else does.
            models.CheckConstraint(
                condition=Q(state__in=_HELD, held_from__in=_OPEN) | (~Q(state__in=_HELD) & Q(held_from="")),
                name="cases_case_held",
            ),
            # A request has an asker, and a case that has ended has no request.
            models.CheckConstraint(
                condition=Q(asked="", asked_post__isnull=True)
                | (Q(asked__in=_ASKS, asked_post__isnull=False) & ~Q(state__in=_FINAL)),
                name="cases_case_asked",
            ),
            # No case ends before its parts, and a part has none.
            models.CheckConstraint(
                condition=Q(open_parts__isnull=True)
                | Q(open_parts=0, parent__isnull=True)
                | (Q(parent__isnull=True) & ~Q(state__in=_FINAL)),
                name="cases_case_parts",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.HANDED_OVER.value) | ~Q(legal_channel=""),
                name="cases_case_channel",
            ),
        ]
        indexes: ClassVar = [
            models.Index("place", F("reported_at").desc(), F("id").desc(), name="cases_case_newest"),
            # an ended case has no owner
            models.Index(
                "owner_post", "due_at", name="cases_case_owner", condition=Q(owner_post__isnull=False)
            ),
            models.Index(
                fields=["handler_post"], name="cases_case_handler", condition=Q(handler_post__isnull=False)
            ),
            models.Index(
                fields=["answerable_post"],
                name="cases_case_answerable",
                condition=Q(answerable_post__isnull=False),
            ),
            GinIndex(
                fields=["helper_posts"],
                name="cases_case_helpers",
                condition=Q(helper_posts__isnull=False),
            ),
            models.Index(
                fields=["merged_into"], name="cases_case_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(fields=["parent"], name="cases_case_parent", condition=Q(parent__isnull=False)),
            models.Index(
                "place",
                "due_at",
                name="cases_case_parted",
                condition=Q(open_parts__isnull=False) & ~Q(state__in=_FINAL),
            ),
            models.Index(
                "reported_by",
                F("reported_at").desc(),
                F("id").desc(),
                name="cases_case_reported_by",
                condition=Q(reported_by__isnull=False),
            ),
            # with all that decides who sees a case, so that the tabs are counted from the index alone
            models.Index(
                "place",
                "due_at",
                "id",
                name="cases_case_due",
                condition=~Q(state__in=_FINAL),
                include=[
                    "owner_post",
                    "handler_post",
                    "answerable_post",
                    "helper_posts",
                    "department",
                    "restricted",
                    "unit_path",
                ],
            ),
            models.Index(OpClass("unit_path", name="text_pattern_ops"), name="cases_case_path"),
            models.Index(
                fields=["department", "due_at"],
                name="cases_case_department",
                condition=Q(department__isnull=False) & ~Q(state__in=_FINAL),
            ),
            models.Index(
                fields=["department"], name="cases_case_of_department", condition=Q(department__isnull=False)
            ),
            models.Index("place", "lat", "lon", name="cases_case_spot", condition=~Q(state__in=_FINAL)),
            models.Index(
                "place",
                "contact_due_at",
                name="cases_case_contact",
                condition=Q(contact_due_at__isnull=False, contacted_at=None) & ~Q(state__in=_FINAL),
            ),
            GinIndex("search", Facets(), name="cases_case_search"),
            # what is about to be late, and what the ladder looks through
            models.Index("place", "near_at", name="cases_case_near", condition=Q(near_at__isnull=False)),
            models.Index(
                "place", "closed_at", name="cases_case_closed", condition=Q(closed_at__isnull=False)
            ),
        ]

    @property
    def helping(self) -> frozenset[int]:
        """The posts that help with it."""
        return frozenset(self.helper_posts or ())

    def running(self) -> Running | None:
        """The clock as plain values; None when no limit runs."""
        if self.clock_at is None:
            return None
        return running(
            self.clock_limit, self.clock_at, self.clock_extra, self.clock_pauses, self.paused_at,
            self.paused_until,
        )  # fmt: skip

    def stands_still(self, at: datetime) -> bool:
        return self.paused_at is not None and self.paused_until is not None and at < self.paused_until


class CaseLink(models.Model):
    """Two cases that belong together, for both sides to see: related ones, or a matter split off (`other`).

    Taking a link back deletes the row; both histories keep that it was there.
    """

    place = models.BigIntegerField()
    one = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_out", db_index=False)
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_in")
    is_split = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    made_by = models.CharField(max_length=120)  # a post

    class Meta:
        constraints: ClassVar = [
            # also the index by which the links of `one` are found
            models.UniqueConstraint(fields=["one", "other"], name="cases_caselink_once"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="cases_caselink_two"),
        ]


class Reminder(models.Model):
    """One message to a post about a case whose time runs out, or of somebody who asks it to hurry.

    `rung` is that of `policies/escalation.yaml`, or 0 for a person's own words in `said`.
    """

    place = models.BigIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    post = models.ForeignKey("territory.Post", on_delete=models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    said = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("post", F("at").desc(), F("id").desc(), name="cases_reminder_newest"),
        ]


class ClearingHold(models.Model):
    """A case that is not cleared although its time has come: an appeal, a court, an audit needs it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hold", primary_key=True)
    place = models.BigIntegerField()
    at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)


class CalendarDay(models.Model):
    """A day that differs from the signed calendar: for the whole place, or for one unit or department."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(
        "territory.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    day = models.DateField()
    kind = models.CharField(max_length=6)  # calendars.DayKind
    hours = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "unit", "department", "day"], name="cases_calendarday_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(department__isnull=True), name="cases_calendarday_whose"
            ),
        ]  # fmt: skip


class DutyWeek(models.Model):
    """Duty hours by weekday that differ from the signed calendar."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(
        "territory.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    week = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "unit", "department"], name="cases_dutyweek_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(department__isnull=True), name="cases_dutyweek_whose"
            ),
        ]


class CalendarVersion(models.Model):
    """How often the calendars of a place were changed, and up to which change deadlines are counted again.

    `signed` is the digest of the signed table they are counted by.
    """

    place = models.BigIntegerField(primary_key=True)
    version = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)
    signed = models.CharField(max_length=64, default="", db_default="")


class SavedFilter(models.Model):
    """A filter of the dispatch desk somebody keeps under a name; `query` is what stands in the address."""

    place = models.BigIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="cases_savedfilter_name"),
        ]


class Export(models.Model):
    """A list somebody took out of the house; its purpose is in the record."""

    place = models.BigIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rows = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index("user", "at", name="cases_export_day")]


class Event(models.Model):
    """One step in the history of a case; append-only and chained.

    The chain covers a seal of `note` instead of the note itself, so a note that must be erased one day
    can be, and the history still verifies.
    """

    # found by `cases_event_seq`
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    place = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=16)
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    public = models.BooleanField(default=True)
    note = models.TextField(null=True)
    note_salt = models.BinaryField(max_length=16, null=True)
    note_seal = models.BinaryField(max_length=32, null=True)
    data = models.JSONField(default=dict)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "seq"], name="cases_event_seq"),
        ]


class CauseNoted(models.Model):
    """Why the matter of a case arose, as noted last: a code of `policies/causes.yaml` and free words."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="cause", primary_key=True)
    place = models.BigIntegerField()
    code = models.CharField(max_length=24)
    words = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "code"], name="cases_causenoted_code")]


class Photo(models.Model):
    """A cleaned picture of a case. The file lies under the media folder and is served to the chain only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="photos")
    place = models.BigIntegerField()
    stage = models.CharField(max_length=10)  # report, joined, reply or result
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField()


class Paper(models.Model):
    """A PDF of a case, written anew when it came; what it was called is not kept. Served as a download only.

    `stage` says who may read it, as with photos; `told` came with a note to the reporter, `note` with one for
    colleagues.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    place = models.BigIntegerField()
    stage = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()  # in bytes
    added_at = models.DateTimeField()


class Feedback(models.Model):
    """How a finished case ended for whoever reported it: once each time it was closed.

    Counted by place and category, never by person. `reasons` are codes of `policies/reporters.yaml`; the
    words stand in the history.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="feedback")
    place = models.BigIntegerField()
    round = models.PositiveSmallIntegerField()  # how often the case was opened again before
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    reasons = models.JSONField(default=list)
    unit_path = models.CharField(max_length=120)
    category = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round"], name="cases_feedback_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["place", "at"], name="cases_feedback_at")]


class OrderSource(models.Model):
    """Where orders of a hotline come from, and how its sheets are read: which column is what.

    `columns` maps our fields to their headings, `categories` their words to our codes; `answers` are the
    columns handed back to them, in order.
    """

    place = models.BigIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    columns = models.JSONField(default=dict)
    categories = models.JSONField(default=dict)
    answers = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "code"], name="cases_ordersource_code"),
        ]


class Order(models.Model):
    """The hotline order a case came from: their number, their limit, and when the answer was handed back."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="order", primary_key=True)
    place = models.BigIntegerField()
    source = models.ForeignKey(OrderSource, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=60)
    due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)  # of what they said last, to see whether a row brings news
    pressed = models.PositiveSmallIntegerField(default=0)  # how often it came again with news
    answered_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "number"], name="cases_order_number"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["place", "source", "received_at"], name="cases_order_newest")
        ]


class Reporter(models.Model):
    """Who reported a case, kept apart from it: sealed, shown only with a reason, erased on its date."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="reporter", primary_key=True)
    place = models.BigIntegerField()
    name = SealedTextField(default="")
    phone = SealedTextField(default="")
    phone_index = models.BinaryField(max_length=32, null=True)
    email = SealedTextField(default="")
    language = models.CharField(max_length=10, blank=True)  # of the page they reported on
    erase_on = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "phone_index"], name="cases_reporter_phone")]


class Joined(models.Model):
    """Somebody for whom the same matter is reported already: one case, one more who hears the end of it.

    Their own words are seen by staff and by themselves, never by the first reporter; their private link is
    made of this id. Erased on its date.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joined")
    place = models.BigIntegerField()
    joined_at = models.DateTimeField()
    channel = models.CharField(max_length=16)
    words = models.TextField(blank=True)
    name = SealedTextField(default="")
    phone = SealedTextField(default="")
    phone_index = models.BinaryField(max_length=32, null=True)
    email = SealedTextField(default="")
    language = models.CharField(max_length=10, blank=True)  # of the page they joined on
    erase_on = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "phone_index"], name="cases_joined_phone")]
