"""The life of one case, step by step, as the people of the demo would live it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from weiwang.cases.rules import Category, Clock, State, Step
from weiwang.cases.terms import TERMS, Wish
from weiwang.demo import texts
from weiwang.demo.cast import Actor, Cast
from weiwang.demo.dice import Dice
from weiwang.demo.pictures import result_picture
from weiwang.demo.rhythm import DutyTime, later
from weiwang.demo.specs import PostSpec
from weiwang.kernel.worktime import Limit

NO_WISH = Wish()
BYWAYS = (
    "extend", "extend", "extend_refused", "suspend", "suspend", "suspend_refused", "resume_refused",
    "ask", "ask", "ask_call", "ask_silent", "remind", "remind", "supervise", "escalate",
)  # fmt: skip
FORCED = {State.SUSPENDED: "suspend", State.WAITING: "ask"}
SILENCE = timedelta(days=10, hours=9)  # policies/reporters.yaml: ten days, and then the next night
_LIMITS: dict[str, Limit] = {}


@dataclass(frozen=True, slots=True)
class StepStory:
    """One step. `username` and `post` are None when the reporter acts; `owner` is who has the case then.

    `picture` is a name from `pictures.PICTURES`, shown with the result.
    """

    step: Step
    at: datetime
    username: str | None
    post: PostSpec | None
    note: str
    owner: PostSpec | None
    picture: str | None = None
    wish: Wish = NO_WISH


def admitted() -> frozenset[str]:
    return TERMS.read(settings.POLICIES).table.community_admits


class Life:
    """Lives one case. After `run`, the steps are in order of time and follow the lifecycle."""

    def __init__(
        self, cast: Cast, duty: DutyTime, category: Category, unit: str, text: str, at: datetime, dice: Dice
    ) -> None:
        self._cast, self._duty, self._category, self._dice = cast, duty, category, dice
        self._unit, self._text = unit, text
        self._matter = text[:18].rstrip("，。、；：") + ("……" if len(text) > 18 else "")
        self._at = self._reported_at = at
        self._turn = dice.randrange(12)
        self._way_up = cast.way_up(unit, self._turn)
        self._steps: list[StepStory] = []
        self._handlers: set[str] = set()
        self._chief: Actor | None = None  # who judges a case that was opened again
        self._hears = self._can_be_called = False

    def run(self, channel: str, wanted: State | None, *, can_be_called: bool) -> list[StepStory]:
        """All steps to the end of the case; the caller cuts off what lies in the future."""
        self._hears, self._can_be_called = channel != "field", can_be_called
        walker = self._report(channel)
        if walker and self._category.self_handled and wanted is None and self._dice.chance(0.5):
            self._settle_on_the_spot(walker)
            return self._steps
        leader = self._intake(verify=wanted is State.VERIFYING)
        if wanted is None and self._ends_early(leader):
            return self._steps
        self._register(leader)
        byway = FORCED.get(wanted) if wanted else self._byway()
        self._carry(self._target(), waits=wanted is not None, byway=byway)
        self._afterwards()
        return self._steps

    # ------------------------------------------------------------ one step

    def _step(
        self, step: Step, by: Actor | None, note: str, owner: Actor | None, picture: str | None = None,
        wish: Wish = NO_WISH,
    ) -> None:  # fmt: skip
        self._steps.append(
            StepStory(
                step,
                self._at,
                by.username if by else None,
                by.post if by else None,
                note,
                owner.post if owner else None,
                picture,
                wish,
            )
        )

    def _wait(self, clock: Clock, middle: float, spread: float = 0.75) -> None:
        """Let time pass: usually `middle` of the limit, now and then more than all of it."""
        text = self._category.limits[clock]
        limit = _LIMITS.get(text) or _LIMITS.setdefault(text, Limit.parse(text))
        share = middle * self._dice.lognormvariate(0, spread)
        self._at = max(later(self._at, limit, share, self._duty), self._at + timedelta(seconds=40))

    def _free(self) -> Actor:
        """The nearest person on the way up who has not handled the case."""
        return next(actor for actor in self._way_up if actor.username not in self._handlers)

    # ------------------------------------------------------------ intake

    def _report(self, channel: str) -> Actor | None:
        """The report arrives. Gives the walker who made it, if one did."""
        by = None
        if channel == "field":
            walkers = self._cast.walkers(self._unit)
            by = self._dice.choice(walkers) if walkers else self._way_up[0]
        elif channel == "desk":
            by = self._cast.centre(self._turn)
        self._step(Step.REPORT, by, "", self._way_up[0])
        return by if by is not None and channel == "field" else None

    def _settle_on_the_spot(self, walker: Actor) -> None:
        self._at += timedelta(minutes=self._dice.randint(1, 25))
        by_hand = self._category.major in "ABEHI" and self._dice.chance(0.5)
        note = texts.reason("settle", self._dice) if by_hand else self._result()
        self._step(Step.SETTLE, walker, note, None)

    def _result(self) -> str:
        return texts.result_text(self._category.code, self._text, self._dice)

    def _intake(self, *, verify: bool) -> Actor:
        """Somebody looks at the report, and has it verified if in doubt. Gives the one who decides."""
        leader = self._way_up[-2] if len(self._way_up) > 2 and self._dice.chance(0.25) else self._way_up[0]
        self._wait(Clock.REGISTER, 0.2)
        walkers = self._cast.walkers(self._unit)
        if walkers and (verify or self._dice.chance(0.16)):
            self._verify(leader, walkers[0])
        return leader

    def _verify(self, leader: Actor, walker: Actor) -> None:
        """The micro-grid leader goes and looks; sometimes a word on the telephone is enough."""
        self._step(Step.VERIFY, leader, texts.reason("verify", self._dice), walker)
        self._wait(Clock.REGISTER, 0.25)
        if self._dice.chance(0.85):
            self._step(Step.VERIFIED, walker, texts.reason("verified", self._dice), self._way_up[0])
            self._wait(Clock.REGISTER, 0.1)

    def _ends_early(self, leader: Actor) -> bool:
        """Now and then a report is not accepted, belongs to a legal channel, or is void."""
        chance, centre = self._dice.randrange(1000), self._cast.centre(self._turn + 1)
        if chance < 28:
            self._step(Step.REJECT, leader, texts.reason("reject", self._dice), None)
        elif chance < 36:
            channel = self._dice.choice(("petition", "court", "labour_inspection"))
            note = texts.reason("hand_over", self._dice)
            self._step(Step.HAND_OVER, centre, note, None, wish=Wish(channel=channel))
        elif chance < 42:
            self._step(Step.VOID, centre, texts.reason("void", self._dice), None)
        return chance < 42

    def _register(self, leader: Actor) -> None:
        self._step(Step.REGISTER, leader, texts.reason("register", self._dice), self._way_up[0])

    # ------------------------------------------------------------ work

    def _target(self) -> Actor:
        """Who handles it: where the category routes to; now and then the worker of the grid instead."""
        walkers = self._cast.walkers(self._unit)
        route = self._category.routes_to
        if route in self._cast.departments:
            near = walkers and self._category.self_handled and self._dice.chance(0.22)
            return walkers[-1] if near else self._cast.department(route, self._turn)
        if route == "general_grid" or not walkers:
            return next(actor for actor in self._way_up if actor.post.kind == "general_grid_leader")
        return walkers[0] if route == "micro_grid" else walkers[-1]

    def _byway(self) -> str | None:
        return self._dice.choice(BYWAYS) if self._dice.chance(0.1) else None

    def _carry(self, target: Actor, *, waits: bool = False, byway: str | None = None) -> None:
        """From registered to closed: dispatch, work, check, close; with returns and rework on the way."""
        if not waits and self._dice.chance(0.055):
            self._return(target)
        self._dispatch(target)
        self._wait(Clock.SIGN, 0.25)
        self._step(Step.SIGN, target, "", target)
        if waits or self._dice.chance(0.7):
            self._wait(Clock.SIGN, 0.15)
            self._step(Step.START, target, texts.reason("start", self._dice), target)
        if byway is not None:
            self._wait(Clock.SIGN, 0.2)
            self._go(byway, target)
        result = self._handle(target, 0.3)
        checker = self._checker()
        if not waits and self._dice.chance(0.06):
            self._wait(Clock.CHECK, 0.4)
            self._step(Step.REWORK, checker, texts.reason("rework", self._dice), target)
            result = self._handle(target, 0.25)
        self._close(target, checker, result)

    def _go(self, byway: str, target: Actor) -> None:
        """What does not happen to every case: more time, a rest, a question, a nudge, a level up."""
        kind, _, end = byway.partition("_")
        centre = self._cast.centre(self._turn + 1)
        if kind in {"remind", "supervise"}:
            self._say(Step(kind), kind, centre, target)
        elif kind == "escalate":
            self._say(Step.ESCALATE, kind, target, centre)
            self._wait(Clock.REGISTER, 0.3)
            self._dispatch(target)
            self._wait(Clock.SIGN, 0.2)
            self._step(Step.SIGN, target, "", target)
        elif kind == "ask":
            self._question(target, end)
        elif kind == "extend":
            longer = Wish(longer=self._dice.choice(("1wd", "2wd", "3wd", "5wd")))
            self._request("extend", target, centre, granted=not end, wish=longer)
        else:
            self._rest(target, centre, byway)

    def _say(self, step: Step, kind: str, by: Actor | None, owner: Actor, wish: Wish = NO_WISH) -> None:
        self._step(step, by, texts.reason(kind, self._dice), owner, wish=wish)

    def _request(
        self, what: str, target: Actor, centre: Actor, *, granted: bool, wish: Wish = NO_WISH
    ) -> None:
        """The handler asks, another post decides."""
        self._say(Step(f"ask_{what}"), what, target, target, wish)
        self._wait(Clock.SIGN, 0.3)
        step = Step(f"grant_{what}" if granted else f"refuse_{what}")
        self._say(step, f"{what}_{'granted' if granted else 'refused'}", centre, target)

    def _rest(self, target: Actor, centre: Actor, byway: str) -> None:
        days = self._dice.randint(6, 40)
        wish = Wish(review_on=timezone.localdate(self._at) + timedelta(days=days))
        self._request("suspend", target, centre, granted=byway != "suspend_refused", wish=wish)
        if byway == "suspend_refused":
            return
        for granted in (False, True) if byway == "resume_refused" else (True,):
            self._at += timedelta(days=days * self._dice.uniform(0.2, 0.45))
            self._at = self._duty.after(self._at, self._dice.randint(300, 9000))
            self._request("resume", target, centre, granted=granted)

    def _question(self, target: Actor, end: str) -> None:
        """The reporter is asked; they answer on the page, on the telephone, or not at all."""
        self._say(Step.ASK_REPORTER, "ask", target, target)
        self._at = self._duty.after(self._at, self._dice.randint(2400, 50_000))
        if end == "silent":
            self._say(Step.GO_ON, "go_on", target, target)
        elif end == "call" or not self._hears:
            self._say(Step.ANSWERED, "answered_call", target, target)
        else:
            self._say(Step.ANSWERED, "answered", None, target)

    def _dispatch(self, target: Actor) -> None:
        self._wait(Clock.REGISTER, 0.15)
        leader = next(actor for actor in self._way_up if actor.username != target.username)
        if not target.post.department and self._category.code not in admitted():
            leader = self._cast.centre(self._turn + 1)  # goes down only from the sub-district itself
        self._step(Step.DISPATCH, self._chief or leader, texts.reason("dispatch", self._dice), target)

    def _return(self, target: Actor) -> None:
        """Somebody else gets it first and gives it back, or the leader sees the mistake and takes it back."""
        others = [code for code in self._cast.departments if code != target.post.department]
        wrong = self._cast.department(self._dice.choice(others), self._turn)
        self._dispatch(wrong)
        self._wait(Clock.SIGN, 0.35)
        if self._turn % 4 == 0:
            leader = next(actor for actor in self._way_up if actor.username != wrong.username)
            self._step(
                Step.RECALL, self._chief or leader, texts.reason("recall", self._dice), self._way_up[0]
            )
            return
        note = texts.reason("return", self._dice, other=self._cast.office(target))
        self._step(Step.RETURN, wrong, note, self._way_up[0])

    def _handle(self, target: Actor, middle: float) -> str:
        self._wait(Clock.HANDLE, middle, 0.72)
        result = self._result()
        self._handlers.add(target.username)
        picture = result_picture(self._category.code, self._dice)
        self._step(Step.HANDLE, target, result, self._free(), picture)
        return result

    def _checker(self) -> Actor:
        """Usually the nearest leader; one in five is checked from the centre."""
        nearest = self._free()
        centre = self._cast.centre(self._turn + 3)
        if centre.username in self._handlers or not self._dice.chance(0.2):
            return nearest
        return centre

    def _close(self, target: Actor, checker: Actor, result: str) -> None:
        self._wait(Clock.CHECK, 0.25)
        self._step(Step.CHECK, checker, texts.reason("check", self._dice), self._free())
        self._wait(Clock.CHECK, 0.1)
        office = self._cast.office(target)
        words = texts.answer(self._matter, self._reported_at, office, result, self._dice)
        self._step(Step.CLOSE, checker, words, None)

    # ------------------------------------------------------------ afterwards

    def _afterwards(self) -> None:
        """The reporter hears and says how it went; now and then the case is opened again."""
        if self._hears and self._dice.chance(0.05):
            self._reopen()
        if self._hears and self._dice.chance(0.58):
            self._at += timedelta(hours=self._dice.expovariate(1 / 14) + 0.1)
            self._step(Step.FOLLOW_UP, None, texts.reason("satisfied", self._dice), None)
        elif self._can_be_called and self._dice.chance(0.5):
            self._at = self._duty.after(self._at, self._dice.randint(3600, 70000))
            caller = next(actor for actor in self._way_up if actor.post.kind != "grid_leader")
            self._call(caller)
        elif self._hears:
            self._at += SILENCE
            self._step(Step.LAPSE, None, "", None)

    def _call(self, caller: Actor) -> None:
        if caller.username not in self._handlers:
            self._step(Step.FOLLOW_UP, caller, texts.reason("satisfied_call", self._dice), None)

    def _reopen(self) -> None:
        """Not satisfied: it goes to the next level up and round once more."""
        self._at += timedelta(hours=self._dice.expovariate(1 / 20) + 0.2)
        closer = self._steps[-1].post
        levels = [actor.post for actor in self._way_up]
        above = levels.index(closer) + 1 if closer in levels else 0
        higher = [actor for actor in self._way_up[above:] if actor.username not in self._handlers]
        owner = higher[0] if higher else self._free()
        self._step(Step.REOPEN, None, texts.reason("reopen", self._dice), owner)
        self._chief = owner
        self._carry(self._target())
