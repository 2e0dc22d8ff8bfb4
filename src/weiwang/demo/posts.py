"""What the demo's people have done about their posts: the yearly promise of confidentiality."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from weiwang.accounts.models import Confirmation, User
from weiwang.accounts.queries import promise

PROMISED = timedelta(days=60)  # before the demo was loaded


def keep_promises(users: Iterable[User], *, at: datetime) -> None:
    """Everybody has confirmed the promise, so that personal data opens with a reason."""
    version = promise().version
    Confirmation.objects.bulk_create(
        [Confirmation(place=user.place, user=user, version=version, at=at - PROMISED) for user in users],
        batch_size=1000,
    )
