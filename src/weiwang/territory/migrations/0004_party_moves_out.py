from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("territory", "0003_deputies_and_handovers")]

    operations = [migrations.DeleteModel("PartyMember")]
