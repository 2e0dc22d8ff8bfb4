"""Who stands above whom when a case is passed up. Plain Python."""

from collections.abc import Sequence

from weiwang.cases.routing import Candidate, Choice, nearest_with


def higher(posts: Sequence[Candidate], owner: Candidate | None, power: str) -> Choice | None:
    """The nearest post with a power that stands above the owner's; None at the top.

    Above a department stands the sub-district, above its dispatchers the leader on duty.
    """
    if owner is None:
        return nearest_with(power, posts)
    pool = [post for post in posts if _rank(post) > _rank(owner)]
    found = nearest_with(power, pool)
    return found if found is not None and found.post.holders else None


def _rank(post: Candidate) -> tuple[int, int]:
    """How high a post stands: a short path is high; on one level departments, then posts, then leaders."""
    if post.department:
        return -len(post.path), 0
    return -len(post.path), 2 if post.kind == "duty_leader" else 1
