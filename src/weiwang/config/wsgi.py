import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weiwang.config.settings")
application = get_wsgi_application()
# Everything a first request would otherwise import is imported now, while nobody waits.
get_resolver().url_patterns  # noqa: B018 -- the property does the work

from weiwang.config.warming import warm  # noqa: E402 -- needs Django to be set up

warm(application)

# What is loaded now stays and is never looked through again. A page makes thousands of values and hardly a
# cycle, so cycles are looked for after several pages and not several times in one.
gc.collect()
gc.freeze()
gc.set_threshold(25_000, 20, 50)
