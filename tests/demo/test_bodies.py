"""The bodies of the demo place."""

from collections import Counter

from weiwang.bodies import queries
from weiwang.bodies.rules import refuse_scope
from weiwang.demo.bodies import _specs
from weiwang.demo.world import build_world


def test_every_community_of_the_street_has_several_bodies_of_its_own_kind() -> None:
    world = build_world("street")
    specs = list(_specs(world, {}))
    for community in world.units_of("general_grid"):
        here = [spec for spec in specs if any(code.startswith(community.code) for code in spec.codes)]
        found = Counter(spec.kind for spec in here)
        assert 7 <= len(here) <= 16, (community.code, found)
        assert bool(found["villager_group"]) is (community.kind == "village")
        assert found["social_organisation"] >= 2
    assert len({(spec.kind, spec.name) for spec in specs}) == len(specs)


def test_no_demo_body_crosses_communities_where_its_kind_may_not() -> None:
    world = build_world("street")
    for spec in _specs(world, {}):
        refuse_scope(queries.kinds()[spec.kind], [code[:4] for code in spec.codes])
