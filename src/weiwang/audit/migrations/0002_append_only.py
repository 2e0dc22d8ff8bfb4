"""The database itself chains the record and refuses to change or delete it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  PERFORM pg_advisory_xact_lock(7265, NEW.place::integer);
  SELECT seq, digest INTO last FROM audit_entry WHERE place = NEW.place ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.previous := coalesce(last.digest, decode(repeat('00', 32), 'hex'));
  NEW.digest := sha256(NEW.previous || int8send(NEW.seq) || sha256(NEW.content));
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_link BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_link();

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION append_only();
"""
BACKWARD = """
DROP TRIGGER audit_entry_keep ON audit_entry;
DROP TRIGGER audit_entry_link ON audit_entry;
DROP FUNCTION append_only();
DROP FUNCTION audit_link();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
