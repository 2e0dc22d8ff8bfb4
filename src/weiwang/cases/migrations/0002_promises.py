"""What the database itself promises of a case: a serial for numbers, a history that is only added to."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE cases_serial;

CREATE FUNCTION cases_event_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The one change allowed: a note whose retention has ended is erased together with its salt.
  IF TG_OP = 'UPDATE' AND NEW.note IS NULL AND NEW.note_salt IS NULL THEN
    NEW.note := OLD.note;
    NEW.note_salt := OLD.note_salt;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      NEW.note := NULL;
      NEW.note_salt := NULL;
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'cases_event is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER cases_event_keep BEFORE UPDATE OR DELETE ON cases_event
  FOR EACH ROW EXECUTE FUNCTION cases_event_keep();
"""
BACKWARD = """
DROP TRIGGER cases_event_keep ON cases_event;
DROP FUNCTION cases_event_keep();
DROP SEQUENCE cases_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
