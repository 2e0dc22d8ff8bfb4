"""From the posts of the territory to the choices of the rules."""

from datetime import datetime

from weiwang.cases.routing import Candidate
from weiwang.territory import queries as territory


def candidates(*, path: str, place: int, at: datetime) -> list[Candidate]:
    """Every post on the way up from a unit, nearest first, as the routing rules want them."""
    kinds = territory.post_table().kinds
    return [
        Candidate(
            post.post_id, post.kind, post.name, post.unit_path, kinds[post.kind].allows,
            post.department, post.department_id, frozenset(post.holder_ids),
        )
        for post in territory.posts_above(path=path, place=place, at=at)
    ]  # fmt: skip
