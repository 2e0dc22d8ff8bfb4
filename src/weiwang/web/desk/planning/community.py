"""One community of a plan: its grids, what lies in them, and changing them by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.plans import actions, permissions, queries
from weiwang.plans.actions import Changed
from weiwang.plans.queries import GroupRow, PartRow, PlanRow
from weiwang.plans.rules import OVERTAKEN, GroupLevel, PlanError, PlanState
from weiwang.territory.rules import Officer
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.charts import size_step
from weiwang.web.desk.planning.frame import (
    address,
    carry_out,
    fault_words,
    language,
    part_for,
    plan_for,
    show_planning,
    state_words,
)
from weiwang.web.desk.planning.maps import plan_map, rounded, step_words
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

NEW = "new"


@dataclass(slots=True)
class PieceLine:
    """One piece in the list."""

    place: int
    label: str
    households: int
    house: int
    """Id of the building in the ledger, at its first piece; 0 at the others."""


@dataclass(slots=True)
class MicroBox:
    """A micro-grid or dedicated grid with its pieces."""

    row: GroupRow
    sentences: list[str]
    pieces: list[PieceLine] = field(default_factory=list)


@dataclass(slots=True)
class GridBox:
    """A grid with its micro-grids; the dedicated grids of the community stand under no grid."""

    row: GroupRow | None
    sentences: list[str]
    micros: list[MicroBox] = field(default_factory=list)


@needs(permissions.SEE)
@require_safe
def community(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """The community with its map, its lists and what can be done."""
    return community_page(request, part_for(request, plan_id, part_id))


def community_page(
    request: DeskRequest, part: PartRow, *, form: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    plan = part.plan
    words, tone = state_words(plan)
    drawn = bool(part.layout)
    undo, redo = queries.edit_state(plan)
    values: dict[str, object] = {
        "plan": plan, "part": part, "state_words": words, "tone": tone, "errors": form, "drawn": drawn,
        "may_edit": plan.state == PlanState.DRAFT and request.officer.may(permissions.DRAW),
        "may_undo": undo, "may_redo": redo, "parts": queries.parts(plan),
        "former": [] if drawn else queries.groups(plan, part_id=part.pk),
    }  # fmt: skip
    if drawn:
        desk = queries.desk_of(part)
        values |= {
            "grids": boxes(plan, part, desk), "cost": part.cost, "households": part.households,
            "bonds": bond_lines(part, desk), "leaders": queries.leaders(part),
        }  # fmt: skip
    return show_planning(request, "desk/planning/community.html", values, status=status)


def boxes(plan: PlanRow, part: PartRow, desk: queries.DeskOf) -> list[GridBox]:
    """Grids in their order, each with its micro-grids and their pieces."""
    rows = queries.groups(plan, part_id=part.pk)
    grids = {row.key: GridBox(row, _sentences(row)) for row in rows if row.level == GroupLevel.GRID}
    micros: dict[int, MicroBox] = {}
    alone = GridBox(None, [])
    for row in rows:
        if row.level == GroupLevel.GRID:
            continue
        micros[row.key] = MicroBox(row, _sentences(row))
        home = grids.get(row.parent_key if row.parent_key is not None else -1, alone)
        home.micros.append(micros[row.key])
    before = -1
    for place, (piece, key) in enumerate(zip(desk.layout.pieces, desk.layout.micro, strict=True)):
        house = desk.ground.houses[piece.house]
        if key in micros:
            first = house.id if piece.house != before else 0
            line = PieceLine(place, piece_label(house.label, piece), piece.households, first)
            micros[key].pieces.append(line)
        before = piece.house
    return [*grids.values(), *([alone] if alone.micros else [])]


def piece_label(house: str, piece: queries.PieceRow) -> str:
    """The building, with its stairwell and floors where it is cut."""
    if not piece.stairwell:
        return house
    if not piece.floor_from:
        return _("%(house)s, stairwell %(number)s") % {"house": house, "number": piece.stairwell}
    return _("%(house)s, stairwell %(number)s, floors %(low)s to %(high)s") % {
        "house": house, "number": piece.stairwell, "low": piece.floor_from, "high": piece.floor_to,
    }  # fmt: skip


def _sentences(row: GroupRow) -> list[str]:
    if row.forced:
        return [row.forced[0 if language() == "zh" else 1]]
    return [fault_words(code, params) for code, params in row.faults]


def bond_lines(part: PartRow, desk: queries.DeskOf) -> list[tuple[int, str]]:
    """What is bound together, in words."""
    label = {house.id: house.label for house in desk.ground.houses}
    found = []
    for bond in queries.bonds(part):
        names = _(", ").join(label.get(pk, "—") for pk in bond.houses)
        if bond.unit is not None:
            names = _("%(house)s stays with %(unit)s") % {"house": names, "unit": bond.unit.name}
        found.append((bond.pk, names))
    return found


# ---------------------------------------------------------------- the map


@needs(permissions.SEE)
@require_safe
def config(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """The map of one community: the groups of the plan there; houses come from `houses`."""
    part = part_for(request, plan_id, part_id)
    plan = part.plan
    sizes = queries.settings_of(plan).limits.micro
    labels = {"plan-grid": _("Grid"), "plan-micro": _("Micro-grid")} | step_words(sizes)
    url = reverse("desk:plan-part-shapes", args=[plan.pk, part.pk])
    layers = [
        {
            "id": f"plan-{level}",
            "kind": "boundary",
            "url": f"{url}?level={level}&v={plan.version}.{plan.round}",
        }
        for level in ("grid", "micro")
    ]
    return plan_map(plan.place, layers, labels, queries.bounds(part))


@needs(permissions.SEE)
@require_safe
def shapes(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """The groups of one level in one community as GeoJSON."""
    part = part_for(request, plan_id, part_id)
    asked = request.GET.get("level")
    levels = (GroupLevel.GRID,) if asked == "grid" else (GroupLevel.MICRO, GroupLevel.DEDICATED)
    rows = queries.shapes(part.plan, *levels, part_id=part.pk)
    sizes = queries.settings_of(part.plan).limits.micro if asked != "grid" else None
    features = [
        shape_feature(row, None if sizes is None else size_step(row.households, sizes)) for row in rows
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def shape_feature(row: GroupRow, step: int | None) -> dict[str, object]:
    properties: dict[str, object] = {
        "id": f"g{row.pk}", "key": row.key, "level": row.level,
        "name": _("%(name)s · %(held)s households") % {"name": row.name, "held": row.households},
    }  # fmt: skip
    if step is not None:
        properties["step"] = step
    return {"type": "Feature", "geometry": rounded(row.shape), "properties": properties}


@needs(permissions.SEE)
@require_safe
def houses(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """The pieces of the community as GeoJSON, each with the micro-grid it lies in."""
    part = part_for(request, plan_id, part_id)
    if not part.layout:
        raise Http404
    desk = queries.desk_of(part)
    features = [
        {
            "type": "Feature", "geometry": rounded(shape), "id": place,
            "properties": {
                "piece": place, "micro": desk.layout.micro[place],
                "name": piece_label(desk.ground.houses[piece.house].label, piece),
                "households": piece.households,
            },
        }
        for place, (piece, shape) in enumerate(
            zip(desk.layout.pieces, queries.piece_shapes(part, desk), strict=True)
        )
        if not shape.is_empty
    ]  # fmt: skip
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, no-store"
    return answer


# ---------------------------------------------------------------- changing


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(value) for value in values if value.isdigit() and len(value) < 10]


def _number(value: str | None) -> int | None:
    found = _numbers([value or ""])
    return found[0] if found else None


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def answer_edit(request: DeskRequest, part: PartRow, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it; a script is told what changed, everybody else goes back to the community."""
    to = reverse("desk:plan-part", args=[part.plan_id, part.pk])
    if not wants_json(request):
        form = Form(request.POST)
        return carry_out(
            request, form, act, words=words, to=to,
            again=lambda status: community_page(
                request, part_for(request, part.plan_id, part.pk), form=form, status=status
            ),
        )  # fmt: skip
    try:
        done = act()
    except AlreadyDoneError:
        return JsonResponse({"reload": True})
    except CodedError as error:
        status = HTTPStatus.CONFLICT if error.code in OVERTAKEN else HTTPStatus.UNPROCESSABLE_ENTITY
        return JsonResponse({"sentence": said(error)}, status=status)
    return JsonResponse(told(done, words) if isinstance(done, Changed) else {"reload": True})


def told(done: Changed, words: str) -> dict[str, object]:
    """What changed, for the page that shows it at once."""
    sizes = queries.settings_of(done.plan).limits.micro
    return {
        "version": done.plan.version, "cost": done.part.cost, "reload": done.fresh, "part": done.part.pk,
        "pieces": {str(place): key for place, key in done.pieces.items()}, "sentence": words,
        "groups": [
            {
                "id": row.pk, "key": row.key, "level": row.level, "households": row.households,
                "name": row.name, "houses": row.houses, "sentences": _sentences(row),
                "feature": shape_feature(row, size_step(row.households, sizes)) if row.shape else None,
            }
            for row in done.groups
        ],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A change as the form sent it."""

    request: DeskRequest
    plan_id: int
    part_id: int

    @property
    def pieces(self) -> list[int]:
        return _numbers(self.request.POST.getlist("piece"))

    @property
    def by(self) -> Officer:
        return self.request.officer.by_power(permissions.DRAW)

    @property
    def seen(self) -> int:
        return _number(self.request.POST.get("seen")) or 0

    def move(self) -> Changed:
        to = self.request.POST.get("to", "")
        if to != NEW and _number(to) is None:
            raise PlanError("edit.target")
        return actions.move_pieces(
            plan_id=self.plan_id, part_id=self.part_id, pieces=self.pieces, to=_number(to),
            seen_version=self.seen, by=self.by, at=timezone.now(), submission=submission_key(self.request),
        )  # fmt: skip

    def bind(self) -> object:
        return actions.bind_houses(
            plan_id=self.plan_id, part_id=self.part_id, pieces=self.pieces, by=self.by, at=timezone.now(),
            submission=submission_key(self.request),
        )  # fmt: skip

    def dedicate(self) -> object:
        return actions.make_dedicated(
            plan_id=self.plan_id, part_id=self.part_id, pieces=self.pieces,
            name=self.request.POST.get("name", ""), seen_version=self.seen, by=self.by, at=timezone.now(),
            submission=submission_key(self.request),
        )  # fmt: skip

    def tie(self) -> object:
        unit = _number(self.request.POST.get("unit"))
        if not self.pieces or unit is None:
            raise PlanError("edit.nothing")
        return actions.tie_to_leader(
            plan_id=self.plan_id, part_id=self.part_id, piece=self.pieces[0], unit_id=unit, by=self.by,
            at=timezone.now(), submission=submission_key(self.request),
        )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def change(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """Move, bind, dedicate or tie what is chosen; the button pressed says which."""
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    asked = Asked(request, plan_id, part_id)
    deeds: Mapping[str, tuple[Callable[[], object], str]] = {
        "bind": (asked.bind, _("They stay together when the plan is drawn again.")),
        "dedicate": (asked.dedicate, _("The dedicated grid has been set up in the draft.")),
        "tie": (asked.tie, _("It stays with this unit.")),
    }
    act, words = deeds.get(request.POST.get("do", ""), (asked.move, _("Moved.")))
    return answer_edit(request, part, act, words)


@needs(permissions.DRAW)
@require_POST
def regroup(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """Put a whole micro-grid into another grid."""
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    to = request.POST.get("to", "")
    return answer_edit(
        request, part, lambda: actions.move_micro(
            plan_id=plan_id, part_id=part_id, micro=_number(request.POST.get("micro")) or 0,
            to=None if to == NEW else _number(to) or 0, seen_version=_number(request.POST.get("seen")) or 0,
            by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        _("Moved."),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def step_back(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """Take back the last change, or do it again."""
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    again = request.POST.get("do") == "redo"
    step = actions.redo if again else actions.undo
    return answer_edit(
        request, part, lambda: step(
            plan_id=plan_id, seen_version=_number(request.POST.get("seen")) or 0,
            by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        _("Redone.") if again else _("Undone."),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def group(request: DeskRequest, plan_id: int, part_id: int, group_id: int) -> HttpResponse:
    """Name or lock one group."""
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    by, at, key = request.officer.by_power(permissions.DRAW), timezone.now(), submission_key(request)
    if request.POST.get("do") == "name":
        name = request.POST.get("name", "")
        return answer_edit(
            request, part, lambda: actions.rename_group(
                plan_id=plan_id, group_id=group_id, name=name, by=by, at=at, submission=key
            ),
            _("The name has been changed."),
        )  # fmt: skip
    lock = request.POST.get("lock", "")
    return answer_edit(
        request, part, lambda: actions.set_lock(
            plan_id=plan_id, group_id=group_id, locked=lock == "all", fenced=lock == "border", by=by, at=at,
            submission=key,
        ),
        _("Locked.") if lock else _("Unlocked."),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def unbind(request: DeskRequest, plan_id: int, part_id: int, bond_id: int) -> HttpResponse:
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    return answer_edit(
        request, part, lambda: actions.unbind(
            plan_id=plan_id, bond_id=bond_id, by=request.officer.by_power(permissions.DRAW),
            at=timezone.now(), submission=submission_key(request),
        ),
        _("They are free again."),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def redraw(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """Draw this community again around what is locked."""
    part_for(request, plan_id, part_id, power=permissions.DRAW)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.redraw(
            plan_id=plan_id, part_id=part_id, keep=1.0 if request.POST.get("keep") == "1" else 0.0,
            seen_version=_number(request.POST.get("seen")) or 0,
            by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("It is being drawn again around what is locked."), to=address(plan_for(request, plan_id).pk),
        again=lambda status: community_page(
            request, part_for(request, plan_id, part_id), form=form, status=status
        ),
    )  # fmt: skip
