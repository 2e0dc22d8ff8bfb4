from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Entry(models.Model):
    """One line of the record. Rows are never changed or deleted: the database refuses it.

    `seq`, `previous` and `digest` are written by the trigger `audit_link` while it holds the lock of the
    chain, so two entries can never take the same place.
    """

    place = models.BigIntegerField()
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=120)
    address = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    submission = models.BinaryField(null=True, max_length=32)
    content = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32, default=bytes(32))
    digest = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "seq"], name="audit_entry_place_seq"),
            models.UniqueConstraint(
                fields=["submission"],
                name="audit_entry_submission",
                condition=models.Q(submission__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="audit_entry_object"),
            models.Index(
                fields=["user_id", "at"], name="audit_entry_user", condition=models.Q(user_id__isnull=False)
            ),
            BrinIndex(fields=["at"], name="audit_entry_at"),
        ]
