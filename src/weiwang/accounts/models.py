from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from weiwang.kernel.fields import SealedTextField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do comes from the posts they hold, never from this row.

    `works_until` ends a contractor's or temporary account; `must_change_password` is set when an
    administrator has given a first password. The account of another program (`is_program`) has no password,
    so nobody signs in with it; it stands in histories where a person would.
    """

    place = models.BigIntegerField()  # the sub-district that keeps the account (a unit id)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    phone = SealedTextField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    is_active = models.BooleanField(default=True)
    is_program = models.BooleanField(default=False)
    works_until = models.DateField(null=True)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 -- Django's signature
        return False  # posts are the only source of authority

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 -- Django's signature
        return False


class Confirmation(models.Model):
    """Somebody has confirmed the promise of confidentiality in one of its versions."""

    place = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="confirmations")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "at"], name="accounts_confirmation_user")]
