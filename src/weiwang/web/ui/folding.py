"""Templates compiled once for each language, with everything that never changes already written out.

A page of ours holds a hundred fixed words, icons and addresses of static files; looking each up again for
every reader costs more than the query behind the page. So a template is kept once a language, and a tag whose
arguments are all literals is rendered when the template is compiled. What readers see is the same, byte for
byte (tested).
"""

import re
from functools import cache
from typing import Any

from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, TextNode, Variable
from django.template.defaulttags import IfNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.urls import reverse
from django.utils.translation import get_language

from weiwang.web.ui.templatetags import ui


class _Folded(base.Loader):
    def get_template(self, template_name: str, skip: Any = None) -> Any:  # noqa: ANN401 -- Django's own
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, _Folded):
    """Django's cached loader, one copy of a template for each language."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:  # noqa: ANN401 -- Django's own
        return f"{get_language()}:{super().cache_key(template_name, skip)}"


class _Given(Node):
    """A value known beforehand, put under its name."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value

    def render(self, context: Context) -> str:
        context[self.name] = self.value
        return ""


class _Address(Node):
    """The address of what has a UUID: it differs in that alone, so the rest is asked for once."""

    def __init__(self, node: URLNode) -> None:
        self.node, self.row_id = node, node.args[0]
        self.name = str(node.view_name.resolve(Context()))

    def render(self, context: Context) -> str:
        row_id = str(self.row_id.resolve(context))
        if not _UUID.fullmatch(row_id):
            return str(self.node.render(context))
        head, tail = _ends(self.name)
        return f"{head}{row_id}{tail}"


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_ID = "00000000-0000-0000-0000-000000000000"


@cache
def _ends(name: str) -> tuple[str, str]:
    """What stands before and after the id in the addresses of this name."""
    head, _no_id, tail = reverse(name, args=[_NO_ID]).partition(_NO_ID)
    return head, tail


def fold(nodes: NodeList) -> None:
    """Write out the constant nodes of a list, and of every list inside it, and join texts that meet."""
    done: list[Node] = []
    for node in nodes:
        for inner in _lists(node):
            fold(inner)
        new = _constant(node)
        if isinstance(new, TextNode) and done and isinstance(done[-1], TextNode):
            done[-1] = TextNode(done[-1].s + new.s)
        else:
            done.append(new)
    nodes[:] = done


def _lists(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):
        return [inner for _, inner in node.conditions_nodelists]
    return [value for value in vars(node).values() if isinstance(value, NodeList)]


def _constant(node: Node) -> Node:
    """The node itself, or what stands for it when nothing in it can change."""
    if isinstance(node, TranslateNode) and _is_fixed(node.filter_expression, node.message_context):
        return _written(node, node.asvar)
    if isinstance(node, StaticNode) and _is_fixed(node.path):
        return _written(node, node.varname)
    if (
        isinstance(node, URLNode)
        and not node.asvar
        and _is_fixed(node.view_name, *node.args, *node.kwargs.values())
    ):
        return _written(node, None)
    if isinstance(node, URLNode) and not node.asvar and len(node.args) == 1 and not node.kwargs:
        return _Address(node) if _is_fixed(node.view_name) else node
    if isinstance(node, SimpleNode) and node.func is ui.icon and _is_fixed(*node.args, *node.kwargs.values()):
        return _written(node, node.target_var)
    return node


def _is_fixed(*expressions: FilterExpression | None) -> bool:
    return all(one is None or (not one.filters and _is_literal(one.var)) for one in expressions)


def _is_literal(value: object) -> bool:
    return not isinstance(value, Variable) or value.literal is not None


def _written(node: Node, name: str | None) -> Node:
    context = Context()
    text = node.render(context)
    return _Given(name, context[name]) if name else TextNode(text)
