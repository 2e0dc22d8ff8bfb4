from collections import Counter
from collections.abc import Mapping

import shapely
from tests.demo.conftest import UNTIL

from weiwang.cases.rules import FINAL, HELD, LIFECYCLE, Category, Note, State, Step
from weiwang.demo.pictures import PICTURES
from weiwang.demo.specs import World
from weiwang.demo.story import CaseStory, tell
from weiwang.kernel.worktime import Calendar


def test_every_story_is_a_lawful_path_through_the_lifecycle(stories: list[CaseStory]) -> None:
    for story in stories:
        state, held, asked = State.DRAFT, State.DRAFT, None
        for step in story.steps:
            move = LIFECYCLE[step.step]
            assert state in move.origins, (story.text, step)
            assert step.note or move.note is not Note.REQUIRED, step
            assert move.settles in {None, asked}, (story.text, step)
            asked = move.asks or (None if move.settles else asked)
            after = move.leads(state, held)
            held, state = (state if after in HELD and state not in HELD else held), after
        assert state is story.state


def test_steps_follow_each_other_in_time_and_none_lies_in_the_future(stories: list[CaseStory]) -> None:
    for story in stories:
        times = [story.reported_at, *(step.at for step in story.steps), UNTIL]
        assert times == sorted(times)


def test_nobody_checks_or_closes_what_they_handled(stories: list[CaseStory]) -> None:
    for story in stories:
        handlers: set[str | None] = set()
        for step in story.steps:
            if step.step is Step.HANDLE:
                handlers.add(step.username)
            if step.step in {Step.CHECK, Step.REWORK, Step.CLOSE, Step.FOLLOW_UP, Step.REOPEN}:
                assert step.username is None or step.username not in handlers


def test_actors_hold_the_post_they_act_by(street: World, stories: list[CaseStory]) -> None:
    held = {(person.username, post) for person in street.people for post in person.posts}
    for story in stories:
        for step in story.steps:
            assert step.username is None or (step.username, step.post) in held
            assert (step.owner is None) == (LIFECYCLE[step.step].to in FINAL)


def test_only_what_may_be_settled_on_the_spot_is(
    stories: list[CaseStory], categories: Mapping[str, Category]
) -> None:
    for story in stories:
        if any(step.step is Step.SETTLE for step in story.steps):
            assert categories[story.category].self_handled


def test_every_step_and_every_waiting_state_occurs(stories: list[CaseStory]) -> None:
    made_by_hand = {Step.PART, Step.SPLIT}  # `demo.families`
    assert {step.step for story in stories for step in story.steps} == set(Step) - made_by_hand
    assert {story.state for story in stories} == set(State) - {State.DRAFT}


def test_about_one_case_in_twenty_five_is_still_open(stories: list[CaseStory]) -> None:
    still_open = sum(story.state not in FINAL for story in stories)
    assert 0.03 < still_open / len(stories) < 0.06


def test_points_lie_inside_their_unit(street: World, stories: list[CaseStory]) -> None:
    boundary = {unit.code: unit.boundary for unit in street.units}
    for story in stories:
        assert shapely.contains_xy(boundary[story.unit_code], story.lon, story.lat)


def test_a_year_of_days_sees_all_categories_channels_and_seasons(stories: list[CaseStory]) -> None:
    months = Counter(story.reported_at.month for story in stories)
    assert set(months) == set(range(1, 13))
    assert months[7] > months[2]
    assert {story.channel for story in stories} == {"portal", "field", "desk"}
    assert len({story.category for story in stories}) > 45
    assert len({story.text for story in stories}) > 0.85 * len(stories)


def test_pictures_of_stories_can_be_drawn(stories: list[CaseStory]) -> None:
    named = {name for story in stories for name in story.pictures}
    named |= {step.picture for story in stories for step in story.steps if step.picture}
    assert named <= set(PICTURES)


def test_the_same_seed_tells_the_same_stories(
    tiny: World, categories: Mapping[str, Category], calendar: Calendar
) -> None:
    def told(seed: int) -> list[CaseStory]:
        return list(
            tell(tiny, count=40, until=UNTIL, categories=categories, calendar=calendar, seed=seed),
        )

    assert told(1) == told(1)
    assert told(1) != told(2)
