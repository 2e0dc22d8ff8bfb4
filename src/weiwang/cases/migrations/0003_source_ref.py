"""The number an imported case had in the system it came from, so that importing twice makes no doubles."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_promises")]
    operations = [
        migrations.AddField("case", "source_ref", models.CharField(max_length=80, null=True)),
        migrations.AddConstraint(
            "case", models.UniqueConstraint(fields=["place", "source_ref"], name="cases_case_source_ref")
        ),
    ]
