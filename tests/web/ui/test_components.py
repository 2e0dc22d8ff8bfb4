"""The components say what they should, escape what they are given and carry state by more than colour."""

import uuid
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from weiwang.web.ui.parts import Chip, Entry, Fact, NavItem, Step, Tab, Tone, clock_tone
from weiwang.web.ui.templatetags import ui


def drawn(source: str, **values: object) -> str:
    with translation.override("en"):
        return Template("{% load ui %}" + source).render(Context(values))


@given(st.integers(min_value=0, max_value=400))
def test_a_clock_is_near_from_80_and_late_from_100_percent(percent: int) -> None:
    assert clock_tone(percent) == ("late" if percent >= 100 else "near" if percent >= 80 else "action")


def test_a_stopped_clock_is_quiet() -> None:
    assert clock_tone(None) == "quiet"
    assert "ww-tone-quiet" in ui.clock_ring(None, "stopped")


@given(st.integers(min_value=-50, max_value=1000))
def test_a_ring_never_shows_more_than_a_full_circle(percent: int) -> None:
    assert f'stroke-dasharray="{max(0, min(100, percent))} 100"' in ui.clock_ring(percent, "words")


@pytest.mark.parametrize("tone", ["action", "late", "near", "cleared", "quiet"])
def test_a_state_is_icon_and_word_and_colour(tone: Tone) -> None:
    badge = ui.state(tone, "Word")
    assert (f"ww-tone-{tone}" in badge, "<svg" in badge, ">Word<" in badge) == (True, True, True)


@given(st.text())
def test_a_state_escapes_its_word(word: str) -> None:
    inside = ui.state("quiet", word).split("<span>")[1].split("</span>")[0]
    assert "<" not in inside


def test_a_submission_key_is_new_each_time_and_kept_when_given() -> None:
    first, second = ui.submission_key(), ui.submission_key()
    assert first != second
    assert uuid.UUID(first.split('value="')[1][:36]).version == 4
    assert 'value="kept"' in ui.submission_key("kept")


def test_a_card_holds_its_content_and_escapes_its_title() -> None:
    html = drawn("{% card title=title %}<p>{{ words }}</p>{% endcard %}", title="<b>", words="<i>")
    assert "&lt;b&gt;" in html
    assert "<p>&lt;i&gt;</p>" in html


def test_an_empty_list_says_what_will_appear_and_the_next_step() -> None:
    html = drawn('{% empty "Nothing yet" "Matters appear here." %}<a href="/new">Report</a>{% endempty %}')
    assert all(part in html for part in ("Nothing yet", "Matters appear here.", '<a href="/new">'))


def test_a_late_notice_is_announced_and_a_quiet_one_is_not() -> None:
    assert 'role="alert"' in drawn('{% notice "late" %}x{% endnotice %}')
    assert 'role="alert"' not in drawn('{% notice "quiet" %}x{% endnotice %}')


def test_the_present_place_is_marked_and_a_count_of_zero_is_not_shown() -> None:
    here = NavItem(label="Here", href="/here", icon="home", current=True)
    html = drawn(
        "{% nav_items items %}", items=[here, NavItem(label="Busy", href="/b", icon="bell", count=3)]
    )
    assert html.count('aria-current="page"') == 1
    assert html.count("ww-count") == 1


def test_tabs_chips_facts_and_pages_are_drawn() -> None:
    html = drawn(
        "{% tabs tabs 'Views' %}{% chips chips '/all' %}{% facts facts %}{% pager '/older' '' %}",
        tabs=[Tab(label="Mine", href="/m", count=0), Tab(label="All", href="/a")],
        chips=[Chip(label="Street", href="/no-street")],
        facts=[Fact(label="Place", value="<here>")],
    )
    assert html.count("ww-count") == 1
    assert 'href="/no-street"' in html
    assert 'href="/all"' in html
    assert "&lt;here&gt;" in html
    assert "Older" in html
    assert "Newer" not in html


def test_steps_and_moments_carry_times_in_local_words() -> None:
    at = datetime(2001, 2, 3, 1, 30, tzinfo=UTC)
    html = drawn(
        "{% steps steps %}{% timeline entries %}",
        steps=[Step(label="Received", progress="done", at=at), Step(label="Answer", progress="next")],
        entries=[Entry(at=at, label="Reported", body="one\ntwo")],
    )
    assert html.count("Feb 3, 2001, 09:30") == 2
    assert "one<br>two" in html


def test_a_number_leads_to_what_it_counts_only_when_it_can() -> None:
    assert drawn("{% stat 'Open' 3 href='/open' %}").startswith('<a class="ww-stat')
    assert drawn("{% stat 'Open' 3 %}").startswith('<div class="ww-stat')


def test_a_masked_value_shows_the_way_to_see_it() -> None:
    html = drawn("{% masked value %}<button>See</button>{% endmasked %}", value="139****0000")
    assert "139****0000" in html
    assert "<button>See</button>" in html
