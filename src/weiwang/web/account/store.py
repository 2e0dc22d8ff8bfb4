"""Sessions and accounts as every request asks for them: the statements written out.

Django composes both anew for each request, which takes several times longer than PostgreSQL takes to answer.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.utils import timezone

_SESSION = (
    "SELECT session_key, session_data, expire_date FROM django_session"
    " WHERE session_key = %s AND expire_date > %s"
)
# without the telephone number: it would be unsealed for nobody
_FIELDS = [
    "id", "password", "last_login", "place", "username", "name", "is_active", "works_until",
    "must_change_password", "language",
]  # fmt: skip
_USER = f"SELECT {', '.join(_FIELDS)} FROM accounts_user WHERE id = %s"  # noqa: S608 -- our own column names


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read by one plain statement."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is not None:
            return self.model(*row)
        self._session_key = None
        return None


class AccountBackend(ModelBackend):
    """Django's sign-in by name and password; who stays signed in is read without what no page needs."""

    def get_user(self, user_id: Any) -> Any:  # noqa: ANN401 -- Django's signature
        with connection.cursor() as cursor:
            cursor.execute(_USER, [user_id])
            row = cursor.fetchone()
        user = get_user_model().from_db(connection.alias, _FIELDS, row) if row is not None else None
        return user if user is not None and self.user_can_authenticate(user) else None
