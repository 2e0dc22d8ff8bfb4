"""The sign-ins of the demo, for whoever looks at it; and whether there is anything in the database yet."""

from weiwang.demo.staff import SIGN_INS
from weiwang.territory.models import Unit

PASSWORD = "weiwang-demo"  # noqa: S105 -- printed on the screen; the people are fictional


def is_empty() -> bool:
    """Whether no sub-district has been set up yet."""
    return not Unit.objects.exists()


def demo_signins() -> list[str]:
    """One line for each kind of person, or nothing in a real deployment."""
    if not Unit.objects.filter(is_demo=True).exists():
        return []
    lines = [f"  {name:<12} {zh} · {en}" for name, (zh, en) in SIGN_INS.items()]
    return [*lines, f"  password     {PASSWORD}"]
