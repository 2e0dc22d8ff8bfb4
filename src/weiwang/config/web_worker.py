"""The application in a web worker: as `config.wsgi` made it, with connections of its own."""

from weiwang.config.warming import connect
from weiwang.config.wsgi import application

__all__ = ["application"]

connect()
