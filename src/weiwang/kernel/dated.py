"""Rows that stand for a time: ranges the database compares, and the word for "in force on a day"."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import Func, Q


class Days(Func):
    """The range between two date columns; the last no longer counts, unless `Value("[]")` says so."""

    function = "daterange"
    output_field = DateRangeField()


class Moments(Func):
    """The range between two columns of moments; its end no longer counts."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class DatedQuerySet(models.QuerySet[Any]):
    def standing(self, on: date) -> Self:
        """Rows in force on a day; `ends_on` is the first day they no longer are."""
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gt=on))
