"""The life of a case as a table, and the decisions around it. Plain Python: no clock, no database.

State table after GB/T 30428 practice (report, register, dispatch, handle, check, close) with the sign-for and
follow-up steps of the 12345 hotline, and with what may be asked for and granted on the way.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from weiwang.cases.questions import Question, read_questions, read_shared
from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import Calendar, Limit


class State(StrEnum):
    DRAFT = "draft"
    REPORTED = "reported"
    VERIFYING = "verifying"
    REGISTERED = "registered"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    HANDLING = "handling"
    HANDLED = "handled"
    CHECKED = "checked"
    CLOSED = "closed"
    FOLLOWED_UP = "followed_up"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    VOID = "void"
    HANDED_OVER = "handed_over"


STATE_NAMES: Mapping[State, str] = {
    State.DRAFT: gettext_noop("draft"),
    State.REPORTED: gettext_noop("reported"),
    State.VERIFYING: gettext_noop("being verified"),
    State.REGISTERED: gettext_noop("registered"),
    State.DISPATCHED: gettext_noop("dispatched"),
    State.SIGNED: gettext_noop("signed for"),
    State.HANDLING: gettext_noop("being handled"),
    State.HANDLED: gettext_noop("handled"),
    State.CHECKED: gettext_noop("checked"),
    State.CLOSED: gettext_noop("closed"),
    State.FOLLOWED_UP: gettext_noop("followed up"),
    State.REJECTED: gettext_noop("not accepted"),
    State.SUSPENDED: gettext_noop("on hold"),
    State.WAITING: gettext_noop("waiting for the reporter"),
    State.VOID: gettext_noop("void"),
    State.HANDED_OVER: gettext_noop("handed to a legal channel"),
}

# Final states have no owner and no clock; every other state has both (checked by the database).
FINAL = frozenset({State.CLOSED, State.FOLLOWED_UP, State.REJECTED, State.VOID, State.HANDED_OVER})
OPEN = frozenset(State) - FINAL - {State.DRAFT}
# In these the clock stands still, and the case remembers the state it came from.
HELD = frozenset({State.SUSPENDED, State.WAITING})


class Step(StrEnum):
    REPORT = "report"
    PART = "part"
    SPLIT = "split"
    SETTLE = "settle"
    VERIFY = "verify"
    VERIFIED = "verified"
    REGISTER = "register"
    REJECT = "reject"
    DISPATCH = "dispatch"
    SIGN = "sign"
    START = "start"
    HANDLE = "handle"
    RETURN = "return"
    RECALL = "recall"
    CHECK = "check"
    REWORK = "rework"
    CLOSE = "close"
    FOLLOW_UP = "follow_up"
    REOPEN = "reopen"
    ASK_EXTEND = "ask_extend"
    GRANT_EXTEND = "grant_extend"
    REFUSE_EXTEND = "refuse_extend"
    ASK_SUSPEND = "ask_suspend"
    GRANT_SUSPEND = "grant_suspend"
    REFUSE_SUSPEND = "refuse_suspend"
    ASK_RESUME = "ask_resume"
    GRANT_RESUME = "grant_resume"
    REFUSE_RESUME = "refuse_resume"
    ASK_REPORTER = "ask_reporter"
    ANSWERED = "answered"
    GO_ON = "go_on"
    ESCALATE = "escalate"
    REMIND = "remind"
    SUPERVISE = "supervise"
    HAND_OVER = "hand_over"
    VOID = "void"
    LAPSE = "lapse"


STEP_NAMES: Mapping[Step, str] = {
    Step.REPORT: gettext_noop("Report"),
    Step.PART: gettext_noop("Given to an office as a part"),
    Step.SPLIT: gettext_noop("Split off as a matter of its own"),
    Step.SETTLE: gettext_noop("Settled on the spot"),
    Step.VERIFY: gettext_noop("Verify first"),
    Step.VERIFIED: gettext_noop("Say what was found"),
    Step.REGISTER: gettext_noop("Register"),
    Step.REJECT: gettext_noop("Do not accept"),
    Step.DISPATCH: gettext_noop("Dispatch"),
    Step.SIGN: gettext_noop("Sign for it"),
    Step.START: gettext_noop("Start handling"),
    Step.HANDLE: gettext_noop("Report as handled"),
    Step.RETURN: gettext_noop("Return"),
    Step.RECALL: gettext_noop("Take back"),
    Step.CHECK: gettext_noop("Check passed"),
    Step.REWORK: gettext_noop("Send back for rework"),
    Step.CLOSE: gettext_noop("Close and answer"),
    Step.FOLLOW_UP: gettext_noop("Follow up: satisfied"),
    Step.REOPEN: gettext_noop("Reopen"),
    Step.ASK_EXTEND: gettext_noop("Ask for more time"),
    Step.GRANT_EXTEND: gettext_noop("Grant more time"),
    Step.REFUSE_EXTEND: gettext_noop("Refuse more time"),
    Step.ASK_SUSPEND: gettext_noop("Ask to put on hold"),
    Step.GRANT_SUSPEND: gettext_noop("Put on hold"),
    Step.REFUSE_SUSPEND: gettext_noop("Refuse to put on hold"),
    Step.ASK_RESUME: gettext_noop("Ask to resume"),
    Step.GRANT_RESUME: gettext_noop("Take it up again"),
    Step.REFUSE_RESUME: gettext_noop("Leave it on hold"),
    Step.ASK_REPORTER: gettext_noop("Ask the reporter"),
    Step.ANSWERED: gettext_noop("Note the reporter's answer"),
    Step.GO_ON: gettext_noop("Continue without an answer"),
    Step.ESCALATE: gettext_noop("Pass to the level above"),
    Step.REMIND: gettext_noop("Send a reminder"),
    Step.SUPERVISE: gettext_noop("Supervise"),
    Step.HAND_OVER: gettext_noop("Hand over to a legal channel"),
    Step.VOID: gettext_noop("Void"),
    Step.LAPSE: gettext_noop("Filed without an answer"),
}


class Who(StrEnum):
    """Whose move it is, beyond holding the power."""

    ANYONE = "anyone"  # with the power over the place
    OWNER = "owner"  # only a holder of the post that owns the case now
    OWNER_OR_REGISTRAR = "owner_or_registrar"  # the owner; before acceptance whoever may register it as well
    NOT_HANDLER = "not_handler"  # with the power, and not a person who handled it
    NOT_OWNER = "not_owner"  # with the power, and not a holder of the post that owns it
    NOT_ASKER = "not_asker"  # with the power of another post than the one that asked, and another person


class Clock(StrEnum):
    """What a step does to the clock: which limit of the category runs from then on, or how it stands."""

    ACCEPT = "accept"
    REGISTER = "register"
    SIGN = "sign"
    HANDLE = "handle"
    CHECK = "check"
    ANSWER = "answer"
    NONE = "none"  # it ends
    KEEP = "keep"  # the clock of the step before goes on
    PAUSE = "pause"  # it stands still
    RESUME = "resume"  # it goes on with what was left
    EXTEND = "extend"  # it gets the time that was asked for on top


LIMITED = (Clock.ACCEPT, Clock.REGISTER, Clock.SIGN, Clock.HANDLE, Clock.CHECK, Clock.ANSWER)
"""The steps that have a limit, in the order in which a case comes to them."""

CLOCK_NAMES: Mapping[Clock, str] = {
    Clock.ACCEPT: gettext_noop("accept"),
    Clock.REGISTER: gettext_noop("register and dispatch"),
    Clock.SIGN: gettext_noop("sign for"),
    Clock.HANDLE: gettext_noop("handle"),
    Clock.CHECK: gettext_noop("check"),
    Clock.ANSWER: gettext_noop("close and answer"),
}


class Next(StrEnum):
    """Who owns the case after the step."""

    KEEPS = "keeps"  # the same post
    DUTY = "duty"  # the nearest post that may register, here or above
    DISPATCHER = "dispatcher"  # the nearest post that may dispatch, here or above
    TARGET = "target"  # the post it is dispatched to
    VERIFIER = "verifier"  # the micro-grid or grid post that can go and look
    CHECKER = "checker"  # the nearest post that may check and is not the handler's
    HANDLER = "handler"  # back to the post that handled it
    ABOVE = "above"  # a post that may dispatch, higher than the one that closed it
    HIGHER = "higher"  # the nearest post higher than the owner's that may do what is to be done now
    ABLE = "able"  # the owner if it may handle, else whoever usually handles it
    NOBODY = "nobody"


class Note(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Way(StrEnum):
    """Where a step leads when it is not always the same state."""

    STAYS = "stays"
    BACK = "back"  # to the state the case was held in
    UP = "up"  # as reported while nobody has registered it; what was registered is dispatched anew


class Ask(StrEnum):
    """What the owner may ask another post for; one thing at a time."""

    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"


class Detail(StrEnum):
    """What a step needs besides words."""

    NOTHING = ""
    LONGER = "longer"  # how much more time
    REVIEW_ON = "review_on"  # the day on which it is looked at again
    CHANNEL = "channel"  # which legal channel


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `tells` is what the reporter reads; empty means nothing is said to them.

    `asks` leaves a request on the case; `settles` is possible only while such a request stands. What `speaks`
    to the reporter, or for them, is done by a whole case and never by a part of one.
    """

    origins: frozenset[State]
    to: State | Way
    power: str
    who: Who
    clock: Clock
    next: Next
    note: Note
    tells: str = ""
    asks: Ask | None = None
    settles: Ask | None = None
    detail: Detail = Detail.NOTHING
    speaks: bool = False

    def leads(self, state: State, held: State | None) -> State:
        """The state after the step, from `state`, which was `held` if the case stood still."""
        if isinstance(self.to, State):
            return self.to
        if self.to is Way.BACK and held is not None:
            return held
        return State.REGISTERED if self.to is Way.UP and state is not State.REPORTED else state


FIRST_RECEIVER = gettext_noop(
    "The post that took the case on first. It answers for the whole case and sees it until another post "
    "takes it on, whoever works on it meanwhile."
)
NOBODYS = ""  # a power no post gives: the system alone takes the step


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_UNACCEPTED = _from(State.REPORTED, State.VERIFYING)
_WORK = _from(State.SIGNED, State.HANDLING)

LIFECYCLE: Mapping[Step, Move] = {
    Step.REPORT: Move(
        _from(State.DRAFT), State.REPORTED, "case.report", Who.ANYONE, Clock.ACCEPT, Next.DUTY, Note.NONE,
        gettext_noop("Your report has arrived."),
    ),
    Step.PART: Move(
        _from(State.DRAFT), State.DISPATCHED, "case.dispatch", Who.ANYONE, Clock.SIGN, Next.TARGET,
        Note.REQUIRED,
    ),
    Step.SPLIT: Move(
        _from(State.DRAFT), State.REPORTED, "case.register", Who.ANYONE, Clock.ACCEPT, Next.DUTY, Note.NONE,
        gettext_noop("This was a second matter in your report. It goes its own way under its own number."),
    ),
    Step.SETTLE: Move(
        _from(State.REPORTED), State.CLOSED, "case.settle", Who.ANYONE, Clock.NONE, Next.NOBODY,
        Note.REQUIRED,
        gettext_noop("The matter was settled on the spot."),
    ),
    Step.VERIFY: Move(
        _from(State.REPORTED), State.VERIFYING, "case.register", Who.ANYONE, Clock.KEEP, Next.VERIFIER,
        Note.OPTIONAL, gettext_noop("Somebody is going to look at it."),
    ),
    Step.VERIFIED: Move(
        _from(State.VERIFYING), State.REPORTED, "case.verify", Who.OWNER, Clock.KEEP, Next.DUTY,
        Note.REQUIRED,
        gettext_noop("Somebody has been there and said what they found."),
    ),
    Step.REGISTER: Move(
        _UNACCEPTED, State.REGISTERED, "case.register", Who.ANYONE, Clock.REGISTER, Next.DISPATCHER,
        Note.OPTIONAL, gettext_noop("Your report was accepted and registered."),
    ),
    Step.REJECT: Move(
        _UNACCEPTED, State.REJECTED, "case.register", Who.ANYONE, Clock.NONE, Next.NOBODY,
        Note.REQUIRED, gettext_noop("Your report could not be accepted."),
    ),
    Step.DISPATCH: Move(
        _from(State.REGISTERED), State.DISPATCHED, "case.dispatch", Who.ANYONE, Clock.SIGN, Next.TARGET,
        Note.OPTIONAL, gettext_noop("It was sent to those who handle it."),
    ),
    Step.SIGN: Move(
        _from(State.DISPATCHED), State.SIGNED, "case.handle", Who.OWNER, Clock.HANDLE, Next.KEEPS, Note.NONE,
        gettext_noop("Those who handle it have taken it on."),
    ),
    Step.START: Move(
        _from(State.SIGNED), State.HANDLING, "case.handle", Who.OWNER, Clock.KEEP, Next.KEEPS, Note.OPTIONAL,
        gettext_noop("Work on it has begun."),
    ),
    Step.HANDLE: Move(
        _from(State.SIGNED, State.HANDLING), State.HANDLED, "case.handle", Who.OWNER, Clock.CHECK,
        Next.CHECKER,
        Note.REQUIRED, gettext_noop("It has been dealt with and is being checked by somebody else."),
    ),
    Step.RETURN: Move(
        _from(State.DISPATCHED, State.SIGNED, State.HANDLING), State.REGISTERED, "case.handle", Who.OWNER,
        Clock.REGISTER, Next.DISPATCHER, Note.REQUIRED, gettext_noop("It is being sent to another office."),
    ),
    Step.RECALL: Move(
        _from(State.DISPATCHED, State.SIGNED, State.HANDLING), State.REGISTERED, "case.dispatch", Who.ANYONE,
        Clock.REGISTER, Next.DISPATCHER, Note.REQUIRED, gettext_noop("It is being sent to another office."),
    ),
    Step.CHECK: Move(
        _from(State.HANDLED), State.CHECKED, "case.check", Who.NOT_HANDLER, Clock.ANSWER, Next.KEEPS,
        Note.OPTIONAL, gettext_noop("The result was checked."),
    ),
    Step.REWORK: Move(
        _from(State.HANDLED, State.CHECKED), State.HANDLING, "case.check", Who.NOT_HANDLER, Clock.HANDLE,
        Next.HANDLER, Note.REQUIRED,
        gettext_noop("The result was not good enough and is being worked on again."),
    ),
    Step.CLOSE: Move(
        _from(State.CHECKED), State.CLOSED, "case.close", Who.NOT_HANDLER, Clock.NONE, Next.NOBODY,
        Note.REQUIRED, gettext_noop("Your report is closed and answered."),
    ),
    Step.FOLLOW_UP: Move(
        _from(State.CLOSED), State.FOLLOWED_UP, "case.follow_up", Who.NOT_HANDLER, Clock.NONE, Next.NOBODY,
        Note.OPTIONAL, gettext_noop("Thank you for telling us how it went."), speaks=True,
    ),
    Step.REOPEN: Move(
        _from(State.CLOSED, State.FOLLOWED_UP, State.REJECTED), State.REGISTERED, "case.follow_up",
        Who.NOT_HANDLER, Clock.REGISTER, Next.ABOVE, Note.REQUIRED,
        gettext_noop("It was opened again and goes to the next level up."),
    ),
    Step.ASK_EXTEND: Move(
        _WORK, Way.STAYS, "case.handle", Who.OWNER, Clock.KEEP, Next.KEEPS, Note.REQUIRED, asks=Ask.EXTEND,
        detail=Detail.LONGER,
    ),
    Step.GRANT_EXTEND: Move(
        _WORK, Way.STAYS, "case.approve", Who.NOT_ASKER, Clock.EXTEND, Next.KEEPS, Note.OPTIONAL,
        gettext_noop("It needs more time than planned; a post above has approved it."), settles=Ask.EXTEND,
    ),
    Step.REFUSE_EXTEND: Move(
        _WORK, Way.STAYS, "case.approve", Who.NOT_ASKER, Clock.KEEP, Next.KEEPS, Note.REQUIRED,
        settles=Ask.EXTEND,
    ),
    Step.ASK_SUSPEND: Move(
        _WORK, Way.STAYS, "case.handle", Who.OWNER, Clock.KEEP, Next.KEEPS, Note.REQUIRED, asks=Ask.SUSPEND,
        detail=Detail.REVIEW_ON,
    ),
    Step.GRANT_SUSPEND: Move(
        _WORK, State.SUSPENDED, "case.approve", Who.NOT_ASKER, Clock.PAUSE, Next.KEEPS, Note.OPTIONAL,
        gettext_noop("It cannot be settled now. It stays on our list and will be resumed later."),
        settles=Ask.SUSPEND,
    ),
    Step.REFUSE_SUSPEND: Move(
        _WORK, Way.STAYS, "case.approve", Who.NOT_ASKER, Clock.KEEP, Next.KEEPS, Note.REQUIRED,
        settles=Ask.SUSPEND,
    ),
    Step.ASK_RESUME: Move(
        _from(State.SUSPENDED), Way.STAYS, "case.see", Who.OWNER, Clock.KEEP, Next.KEEPS, Note.REQUIRED,
        asks=Ask.RESUME,
    ),
    Step.GRANT_RESUME: Move(
        _from(State.SUSPENDED), State.HANDLING, "case.approve", Who.NOT_ASKER, Clock.RESUME, Next.ABLE,
        Note.OPTIONAL, gettext_noop("Work on it has resumed."), settles=Ask.RESUME,
    ),
    Step.REFUSE_RESUME: Move(
        _from(State.SUSPENDED), Way.STAYS, "case.approve", Who.NOT_ASKER, Clock.KEEP, Next.KEEPS,
        Note.REQUIRED, settles=Ask.RESUME,
    ),
    Step.ASK_REPORTER: Move(
        _UNACCEPTED | _from(State.REGISTERED) | _WORK, State.WAITING, "case.see", Who.OWNER_OR_REGISTRAR,
        Clock.PAUSE, Next.KEEPS, Note.REQUIRED, gettext_noop("We have a question for you."), speaks=True,
    ),
    Step.ANSWERED: Move(
        _from(State.WAITING), Way.BACK, "case.see", Who.OWNER_OR_REGISTRAR, Clock.RESUME, Next.KEEPS,
        Note.REQUIRED, gettext_noop("Your answer has arrived."),
    ),
    Step.GO_ON: Move(
        _from(State.WAITING), Way.BACK, "case.see", Who.OWNER_OR_REGISTRAR, Clock.RESUME, Next.KEEPS,
        Note.OPTIONAL, gettext_noop("We go on with what we know. You can still write to us."),
    ),
    Step.ESCALATE: Move(
        _from(State.REPORTED, State.REGISTERED, State.DISPATCHED) | _WORK, Way.UP, "case.see", Who.OWNER,
        Clock.KEEP, Next.HIGHER, Note.REQUIRED, gettext_noop("It was passed to the next level up."),
    ),
    Step.REMIND: Move(
        OPEN, Way.STAYS, "case.remind", Who.NOT_OWNER, Clock.KEEP, Next.KEEPS, Note.OPTIONAL,
    ),
    Step.SUPERVISE: Move(
        OPEN, Way.STAYS, "case.supervise", Who.NOT_OWNER, Clock.KEEP, Next.KEEPS, Note.REQUIRED,
    ),
    Step.HAND_OVER: Move(
        OPEN - {State.HANDLED, State.CHECKED}, State.HANDED_OVER, "case.end_early", Who.NOT_HANDLER,
        Clock.NONE, Next.NOBODY, Note.REQUIRED,
        gettext_noop("This matter has a lawful way of its own. Where to turn is written here."),
        detail=Detail.CHANNEL,
    ),
    Step.VOID: Move(
        OPEN, State.VOID, "case.end_early", Who.NOT_HANDLER, Clock.NONE, Next.NOBODY, Note.REQUIRED,
        gettext_noop("Your report was taken off the list. The reason is written here."),
    ),
    Step.LAPSE: Move(
        _from(State.CLOSED), State.FOLLOWED_UP, NOBODYS, Who.ANYONE, Clock.NONE, Next.NOBODY, Note.NONE,
        gettext_noop("Filed, since we heard nothing from you."),
    ),
}  # fmt: skip


# Words to whoever has the case: nothing they were looking at becomes stale by them.
NUDGES = frozenset({Step.REMIND, Step.SUPERVISE})


def stands(ask: Ask | None, state: State) -> bool:
    """Whether a request still means something in a state: somebody could grant it there."""
    return any(move.settles is ask and state in move.origins for move in LIFECYCLE.values()) if ask else False


class CaseError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "step.wrong_state": gettext_noop("This cannot be done while the case is: %(state)s."),
        "step.stale": gettext_noop(
            "Somebody else has moved this case on since you opened it. Look at it again and decide anew."
        ),
        "step.not_owner": gettext_noop("The case is with another post now."),
        "step.same_person": gettext_noop(
            "Whoever handled a case cannot check or close it. Ask somebody else."
        ),
        "step.note_needed": gettext_noop("Please write down what was done or why."),
        "step.own_case": gettext_noop("The case is with your own post; deal with it instead."),
        "step.not_asked": gettext_noop("Nobody has asked for this, or it was decided already."),
        "step.asked_already": gettext_noop("Something was asked for already. Wait until it is decided."),
        "step.own_request": gettext_noop("Whoever asked cannot decide. Another post has to."),
        "step.nobody_above": gettext_noop("Nobody stands above this post here."),
        "step.longer_needed": gettext_noop("Choose how much more time is needed."),
        "step.longer_often": gettext_noop("More time was granted %(times)s times already; that is the most."),
        "step.day_needed": gettext_noop("Choose the day of the review."),
        "step.day_range": gettext_noop("The day must lie between tomorrow and %(last)s."),
        "step.channel_needed": gettext_noop("Choose the legal channel it belongs to."),
        "step.target_needed": gettext_noop("Choose who is to handle the case."),
        "step.not_admitted": gettext_noop(
            "A community may not be asked to handle this kind of matter. Pass the case to the level above: "
            "the sub-district can accept it and dispatch it down."
        ),
        "note.not_public": gettext_noop(
            "Only whoever has the case writes to the reporter, until it is closed."
        ),
        "parts.open": gettext_noop(
            "%(parts)s parts of this case are still open. It ends when all of them have ended."
        ),
        "parts.silent": gettext_noop(
            "Only the main case speaks to the reporter. Write a note, or turn to whoever has the main case."
        ),
        "parts.parent_ended": gettext_noop("The main case has ended; its parts stay as they are."),
        "parts.of_part": gettext_noop("This is a part of another case. Give parts of the main case."),
        "parts.many": gettext_noop("A case has at most %(limit)s parts."),
        "parts.apart": gettext_noop("Parts, and cases with parts, cannot be merged with others."),
        "parts.none": gettext_noop("This case has no parts with news."),
        "link.same": gettext_noop("This is the same case. Write the number of another one."),
        "link.number": gettext_noop("There is no case with this number, or it is not yours to see."),
        "link.there": gettext_noop("These two are linked already."),
        "link.none": gettext_noop("This link is not there any more."),
        "split.ended": gettext_noop("This case has ended. Take the second matter as a report of its own."),
        "help.unknown": gettext_noop("This post cannot be asked to help here, or helps already."),
        "help.many": gettext_noop("%(limit)s posts help already; that is the most."),
        "step.target_unknown": gettext_noop("This post cannot handle cases of this place."),
        "step.not_your_area": gettext_noop(
            "This place is outside your area. Send the report on instead of settling it."
        ),
        "step.not_settleable": gettext_noop(
            "A matter of this kind cannot be settled on the spot; send it on."
        ),
        "calendar.kind": gettext_noop("Say whether it is a day off, a working day or as its weekday."),
        "calendar.hours_needed": gettext_noop("A working day needs its hours, like 09:00-12:00,13:00-17:00."),
        "calendar.whose": gettext_noop("There is no such department here."),
        "bulk.too_many": gettext_noop("At most %(limit)s cases at once. Select fewer."),
        "bulk.not_allowed": gettext_noop("Your posts do not allow this for this case."),
        "filter.name": gettext_noop("Give the tab a name."),
        "filter.too_many": gettext_noop("At most %(limit)s tabs. Remove one first."),
        "export.purpose": gettext_noop("Please write down what the list is for."),
        "export.too_many": gettext_noop(
            "One person may export at most %(limit)s rows a day. Narrow the list, or ask the administrator."
        ),
        "case.cleared": gettext_noop("Its words were cleared on their date; nothing can be done with it."),
        "case.held": gettext_noop("This case is held already, or was cleared."),
        "case.unknown": gettext_noop("There is no such case, or it is not yours to see."),
        "case.category": gettext_noop("There is no category %(code)s."),
        "case.nobody": gettext_noop(
            "Nobody in this sub-district can receive reports yet. Please call instead."
        ),
        "case.no_words": gettext_noop("Please say in a few words what this is about."),
        "case.outside": gettext_noop("This place lies outside our sub-district. Choose a place inside it."),
        "case.no_place": gettext_noop("Please say where it is: on the map, by the address list or in words."),
        "reply.blank": gettext_noop("Please fill in what is still open: %(blank)s."),
        "merge.ended": gettext_noop("Both cases have to be open to be merged."),
        "merge.same": gettext_noop("This is the same case. Choose another one."),
        "merge.none": gettext_noop("This case was not merged into another one."),
        "merge.is_merged": gettext_noop(
            "This case was merged into another one. Undo that first, or work there."
        ),
        "join.ended": gettext_noop(
            "This case has ended meanwhile. Please send your report as one of its own."
        ),
        "link.invalid": gettext_noop("This link is not complete. Open it from the message you received."),
        "feedback.too_late": gettext_noop(
            "Objections are possible for %(days)s days after the answer. Please report it anew."
        ),
        "hotline.no_source": gettext_noop(
            "There is no source of orders named %(code)s. Name one of yours, or add it first."
        ),
        "hotline.no_number": gettext_noop("An order needs its number."),
        "hotline.twice": gettext_noop("The order %(number)s was imported meanwhile."),
        "hotline.source_code": gettext_noop("A code has 1 to 20 small letters, digits and dashes."),
        "hotline.column_twice": gettext_noop("The column %(column)s is chosen for two things."),
        "contact.same": gettext_noop("This is the contact that is there already."),
        "contact.empty": gettext_noop("Give a name, a telephone number or an address."),
        "contact.nobody": gettext_noop("Nobody left a telephone number or an address here."),
        "feedback.given": gettext_noop("You have already told us how it went. Thank you."),
        "contact.phone": gettext_noop("This does not look like a telephone number."),
        "contact.email": gettext_noop("This does not look like an e-mail address."),
    }


class StepRefusedError(CaseError):
    """The step is not possible for this case, this person or this moment."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision needs to know of a case: where it stands, what is asked, and its family."""

    state: State
    owner_post: int | None
    handler_users: frozenset[int]
    asked: Ask | None = None
    asked_user: int | None = None
    asked_post: int | None = None
    open_parts: int = 0
    is_part: bool = False
    parent_ended: bool = False
    held: State | None = None  # where it goes on, while it stands still

    @property
    def is_unaccepted(self) -> bool:
        """Whether nobody has registered it yet, also while it waits."""
        return (self.held or self.state) in _UNACCEPTED


@dataclass(frozen=True, slots=True)
class Hand:
    """Who is about to take a step, as far as it matters to the table.

    `posts` are those that give the power the step needs; empty for somebody who holds none, as a reporter.
    """

    user_id: int | None
    holds_owner: bool = False
    posts: frozenset[int] = frozenset()
    may_register: bool = False


def reason_against(move: Move, case: Standing, hand: Hand) -> StepRefusedError | None:
    """The first reason why this hand may not make this move now; None when it may."""
    if case.state not in move.origins:
        return StepRefusedError("step.wrong_state", state=STATE_NAMES[case.state])
    if move.settles is not None and case.asked is not move.settles:
        return StepRefusedError("step.not_asked")
    if move.asks is not None and case.asked is not None:
        return StepRefusedError("step.asked_already")
    if _is_wrong_hand(move.who, case, hand):
        return StepRefusedError(WRONG_HAND[move.who])
    return _against_family(move, case)


def _against_family(move: Move, case: Standing) -> StepRefusedError | None:
    """A case ends after its parts; a part says nothing to the reporter and lives no longer than its case."""
    if case.open_parts and move.to in FINAL:
        return StepRefusedError("parts.open", parts=case.open_parts)
    if case.is_part and move.speaks:
        return StepRefusedError("parts.silent")
    if case.is_part and case.parent_ended and case.state in FINAL:
        return StepRefusedError("parts.parent_ended")
    return None


PARTED = frozenset({State.REGISTERED, State.DISPATCHED, State.SIGNED, State.HANDLING})
"""From here a case can be given to several offices: it is accepted, and nobody has called it handled yet."""

PARTS = 10  # of one case, ended ones included


def refuse_unless_parted(case: Standing, parts: int) -> None:
    """Raises `StepRefusedError` with the reason why a case that has so many parts cannot have one more."""
    if case.is_part:
        raise StepRefusedError("parts.of_part")
    if case.state not in PARTED:
        raise StepRefusedError("step.wrong_state", state=STATE_NAMES[case.state])
    if parts >= PARTS:
        raise StepRefusedError("parts.many", limit=PARTS)


WRONG_HAND: Mapping[Who, str] = {
    Who.OWNER: "step.not_owner",
    Who.OWNER_OR_REGISTRAR: "step.not_owner",
    Who.NOT_HANDLER: "step.same_person",
    Who.NOT_OWNER: "step.own_case",
    Who.NOT_ASKER: "step.own_request",
}


def _is_wrong_hand(who: Who, case: Standing, hand: Hand) -> bool:
    if who is Who.NOT_ASKER:
        return hand.user_id == case.asked_user or hand.posts <= {case.asked_post}
    return {
        Who.OWNER: not hand.holds_owner,
        Who.OWNER_OR_REGISTRAR: not (hand.holds_owner or (hand.may_register and case.is_unaccepted)),
        Who.NOT_OWNER: hand.holds_owner,
        Who.NOT_HANDLER: hand.user_id is not None and hand.user_id in case.handler_users,
    }.get(who, False)


def refuse_unless_possible(step: Step, case: Standing, hand: Hand, *, note: str) -> Move:
    """The row of the table for this step. Raises `StepRefusedError` with the first reason against it."""
    move = LIFECYCLE[step]
    refusal = reason_against(move, case, hand)
    if refusal is not None:
        raise refusal
    if move.note is Note.REQUIRED and not note:
        raise StepRefusedError("step.note_needed")
    return move


def possible_steps(case: Standing, *, hand: Callable[[str], Hand]) -> list[Step]:
    """What somebody may do with the case now, in the order of the table; `hand`: how they hold a power."""
    found: list[Step] = []
    for step, move in LIFECYCLE.items():
        if step is Step.REPORT or case.state not in move.origins:
            continue
        holder = hand(move.power)
        if holder.posts and reason_against(move, case, holder) is None:
            found.append(step)
    return found


_PHONE = re.compile(r"\+?\d{7,15}", re.ASCII)
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>(),;:\"\\[\]]{1,64}@(?:[^\s@.<>(),;:\"\\[\]]+\.)+[^\s@.<>(),;:\"\\[\]]{2,}")
EMAIL_LIMIT = 120
_PHONE_GAPS = re.compile(r"[\s\-\u2010-\u2015()]+")


def read_phone(text: str) -> str:
    """A telephone number as digits, with `+` in front if it was written so; empty for nothing.

    Full-width digits, spaces, dashes and brackets are understood. Raises `CaseError`.
    """
    number = _PHONE_GAPS.sub("", unicodedata.normalize("NFKC", text))
    if number and not _PHONE.fullmatch(number):
        raise CaseError("contact.phone")
    return number


def mobile_of(phone: str) -> str:
    """The eleven digits of a mobile number that can receive text messages; empty for any other number."""
    found = _MOBILE.fullmatch(phone)
    return found[1] if found else ""


def read_email(text: str) -> str:
    """An e-mail address as it was typed, wide signs made narrow; empty for nothing. Raises `CaseError`."""
    address = unicodedata.normalize("NFKC", text).strip()
    if address and (len(address) > EMAIL_LIMIT or not _EMAIL.fullmatch(address)):
        raise CaseError("contact.email")
    return address


# ---------------------------------------------------------------- categories


@dataclass(frozen=True, slots=True)
class Category:
    """One row of `policies/categories.yaml`. `limits` are texts such as `2h`, `4wh`, `3wd`."""

    code: str
    slug: str
    zh: str
    en: str
    major: str
    major_zh: str
    major_en: str
    icon: str
    restricted: bool
    routes_to: str
    self_handled: bool
    urgent: bool
    limits: Mapping[Clock, str]
    closing_zh: str
    closing_en: str
    keywords: tuple[str, ...]
    at_home: bool  # usually in somebody's home: nothing exact of the place is published
    questions: tuple[Question, ...]
    public_zh: (
        str  # what residents and other programs read; the name of the staff unless the table has its own
    )
    public_en: str
    on_map: bool = False  # on the public map of cases; see `public_map`

    def name(self, language: str) -> str:
        """As staff say it."""
        return self.en if language.startswith("en") else self.zh

    def public_name(self, language: str) -> str:
        """As residents say it."""
        return self.public_en if language.startswith("en") else self.public_zh


def read_categories(content: Mapping[str, Any]) -> Mapping[str, Category]:
    """Check `policies/categories.yaml`: unique codes and slugs, limits that can be read, known majors."""
    table: dict[str, Category] = {}
    slugs: set[str] = set()
    shared = read_shared(content)
    for number, row in enumerate(content["categories"]):
        asked = read_questions(row.get("attributes", ()), shared, at=("categories", number, "attributes"))
        category = _category(row, content["majors"][row["major"]], asked)
        if category.code in table or category.slug in slugs:
            raise ValueError(f"{category.code}: code or slug appears twice")
        for limit in category.limits.values():
            Limit.parse(limit)
        table[category.code] = category
        slugs.add(category.slug)
    return table


def _category(row: Mapping[str, Any], major: Mapping[str, Any], questions: tuple[Question, ...]) -> Category:
    return Category(
        code=row["code"], slug=row["slug"], zh=row["zh"], en=row["en"], major=row["major"],
        major_zh=major["zh"], major_en=major["en"], icon=row["icon"],
        restricted=row["visibility"] == "restricted", routes_to=row["routes_to"],
        self_handled=bool(row["self_handled"]), urgent=row["urgency"] == "urgent",
        limits={clock: _limit_in(row["limits"], clock) for clock in LIMITED},
        closing_zh=row["close_when"]["zh"], closing_en=row["close_when"]["en"],
        keywords=tuple(row.get("keywords", ())),
        at_home=row.get("at_home", major.get("at_home")) is True,
        questions=questions, public_zh=row.get("public", row)["zh"], public_en=row.get("public", row)["en"],
        on_map=row.get("on_map", major.get("on_map")) is True,
    )  # fmt: skip


def _limit_in(limits: Mapping[str, str], clock: Clock) -> str:
    """The limit of a step; a table that does not name `accept` or `answer` means the step beside it."""
    beside = {Clock.ACCEPT: Clock.REGISTER, Clock.ANSWER: Clock.CHECK}.get(clock, clock)
    return limits.get(clock.value) or limits[beside.value]


CATEGORIES = PolicyFile("categories", read_categories)
CALENDAR = PolicyFile("calendars", Calendar.from_policy)
