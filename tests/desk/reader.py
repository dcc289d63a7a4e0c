"""A screen reader without a voice, on Chromium's own accessibility tree.

    reader = await Reader.of(page)
    await reader.focused()      # "Threads: Mine region / list with 2 items / Ana, link, 1 of 2"
    await reader.read("#room")  # that part of the page from top to bottom, a line for each thing

It says what NVDA, JAWS and VoiceOver have in common: the containers that were entered, then name,
role, states, value, description and place among its like. It is none of them: what they add, leave
out or say in another order is not tried here. What live regions say is heard by `ears.js`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page

EARS = (Path(__file__).parent / "ears.js").read_text("utf-8")

NOWHERE = "nowhere: the focus is lost"
_NARROW = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2068": "", "\u2069": ""})
_ROLES = {
    "textbox": "edit",
    "searchbox": "search edit",
    "spinbutton": "number edit",
    "Date": "date edit",
    "DateTime": "date and time edit",
    "InputTime": "time edit",
    "combobox": "combo box",
    "checkbox": "check box",
    "radio": "radio button",
    "DisclosureTriangle": "disclosure",
    "complementary": "complementary landmark",
    "navigation": "navigation landmark",
    "main": "main landmark",
    "search": "search landmark",
    "listbox": "list box",
    "figure": "figure",
}
_CONTROLS = {
    *("link", "button", "switch", "textbox", "searchbox", "spinbutton", "Date", "DateTime"),
    *("InputTime", "combobox", "checkbox", "radio", "DisclosureTriangle", "option"),
}
_ALWAYS = {
    *("navigation", "main", "complementary", "search", "dialog", "list", "listbox", "table"),
    *("Date", "DateTime", "InputTime"),
}
_NAMED = {"region", "form", "group", "radiogroup", "figure", "article", "log"}
_INLINE = {"time", "strong", "emphasis", "code", "mark", "subscript", "superscript", "LabelText"}
_SPELLED = {"true": True, "false": False}


@dataclass
class Node:
    """A node of the tree that is not ignored."""

    role: str
    name: str
    value: str
    description: str
    props: dict[str, Any]
    attributes: dict[str, str]
    key: int
    up: Node | None = None
    inside: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        if self.role == "StaticText":
            return self.name
        return "".join(f"{one.text} " if _is_block(one) else one.text for one in self.inside)

    def above(self) -> Iterator[Node]:
        """What it stands in, from the inside out."""
        at = self.up
        while at is not None:
            yield at
            at = at.up


class Reader:
    """It remembers where it was, and says of the way only what is new."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session
        self.within: set[int] = set()

    @classmethod
    async def of(cls, page: Page) -> Reader:
        """Begin to read a page."""
        session = await page.context.new_cdp_session(page)
        await session.send("Accessibility.enable")
        return cls(page, session)

    async def focused(self) -> str:
        """What is said as the focus comes to where it is."""
        root = await self._tree()
        here = next(
            (one for one in _all(root) if one.props.get("focused") and one is not root), None
        )
        if here is None:
            self.within = set()
            return NOWHERE
        way = [one for one in here.above() if _is_context(one)]
        entered = [_context(one) for one in reversed(way) if one.key not in self.within]
        self.within = {one.key for one in (*way, here)}
        active = here.attributes.get("aria-activedescendant")
        pointed = next(
            (one for one in _all(root) if active and one.attributes.get("id") == active), None
        )
        then = [] if pointed is None else [_spoken(pointed)]
        return " / ".join([*entered, _spoken(here), *then])

    async def read(self, selector: str) -> str:
        """A part of the page, or all of it, from begin to end, as it is walked through by lines."""
        root = await self._tree()
        start: Node | None = root
        if selector:
            key = await self._key(selector)
            start = next((one for one in _all(root) if one.key == key), None)
        if start is None:
            return f"{selector}: nothing of it is there for ears"
        lines = _Lines()
        lines.walk(start, 0)
        lines.flush(0)
        return "\n".join(lines.told)

    async def _key(self, selector: str) -> int:
        reply = await self._session.send("DOM.getDocument", {"depth": 0})
        asked = {"nodeId": reply["root"]["nodeId"], "selector": selector}
        found = await self._session.send("DOM.querySelector", asked)
        told = await self._session.send("DOM.describeNode", {"nodeId": found["nodeId"]})
        return int(told["node"]["backendNodeId"])

    async def _tree(self) -> Node:
        reply = await self._session.send("Accessibility.getFullAXTree")
        document = await self._session.send("DOM.getDocument", {"depth": -1, "pierce": False})
        attributes = dict(_attributes(document["root"]))
        known = {one["nodeId"]: one for one in reply["nodes"]}
        first = next(one for one in reply["nodes"] if "parentId" not in one)
        (root,) = _grown(first, known, attributes, None)
        return root


def _attributes(node: dict[str, Any]) -> Iterator[tuple[int, dict[str, str]]]:
    flat = node.get("attributes", [])
    yield node["backendNodeId"], dict(zip(flat[::2], flat[1::2], strict=True))
    for one in node.get("children", []):
        yield from _attributes(one)


def _grown(
    raw: dict[str, Any],
    known: dict[str, Any],
    attributes: dict[int, dict[str, str]],
    up: Node | None,
) -> list[Node]:
    """The node, or in place of an ignored one what is in it."""
    below = [known[one] for one in raw.get("childIds", []) if one in known]
    if raw.get("ignored") and up is not None:
        return [node for one in below for node in _grown(one, known, attributes, up)]
    role = raw["role"]["value"]
    if role in {"InlineTextBox", "ListMarker"}:
        return []
    key = raw.get("backendDOMNodeId", 0)
    props = {one["name"]: _plain(one["value"].get("value")) for one in raw.get("properties", [])}

    def told(what: str) -> str:
        return _tidy(str(raw.get(what, {}).get("value") or ""), role)

    words = (told("name"), told("value"), told("description"))
    node = Node(role, *words, props, attributes.get(key, {}), key, up)
    node.inside = [made for one in below for made in _grown(one, known, attributes, node)]
    return [node]


def _plain(value: Any) -> Any:
    return _SPELLED.get(value, value) if isinstance(value, str) else value


def _tidy(text: str, role: str) -> str:
    text = text.translate(_NARROW)
    if role == "StaticText":
        return text
    told = text.split()
    # A part of a date field is named twice by some versions of Chromium.
    half = len(told) // 2
    if role == "spinbutton" and told[:half] == told[half:]:
        told = told[:half]
    return " ".join(told)


def _all(node: Node) -> Iterator[Node]:
    yield node
    for one in node.inside:
        yield from _all(one)


def _is_block(node: Node) -> bool:
    return node.role not in _INLINE and node.role != "StaticText"


def _is_context(node: Node) -> bool:
    return node.role in _ALWAYS or (node.role in _NAMED and node.name != "")


def _context(node: Node) -> str:
    """A container as it is said on coming into it."""
    role = _ROLES.get(node.role, node.role)
    said = f"{node.name} {role}".strip()
    if node.role == "list":
        count = sum(one.role == "listitem" for one in node.inside)
        said = f"{said} with {count} item{'s' if count != 1 else ''}"
    elif node.role == "table":
        rows = [one for one in _all(node) if one.role == "row"]
        said = f"{said} with {len(rows)} rows and {len(rows[0].inside) if rows else 0} columns"
    return f"{said}, {node.description}" if node.description else said


def _spoken(node: Node) -> str:
    """A node as it is said when it gets the focus."""
    said = [node.name or ("" if node.role in _CONTROLS else " ".join(node.text.split()))]
    if node.role == "heading":
        said.append(f"heading level {node.props.get('level')}")
    elif node.role not in {"paragraph", "generic", "StaticText", "none"}:
        said.append(_ROLES.get(node.role, node.role))
    said += _states(node)
    if node.role in _CONTROLS and "editable" in node.props:
        said.append(node.value or "blank")
    elif node.value:
        said.append(node.value)
    said += [node.description, _place(node)]
    return ", ".join(one for one in said if one)


def _states(node: Node) -> list[str]:
    """What state it is in, in words."""
    props = node.props
    said = []
    if (current := node.attributes.get("aria-current", "false")) != "false":
        said.append("current" if current == "true" else f"current {current}")
    if (checked := props.get("checked")) is not None and node.role != "option":
        on, off = ("on", "off") if node.role == "switch" else ("checked", "not checked")
        said.append("half checked" if checked == "mixed" else on if checked else off)
    for name, on, off in (
        ("pressed", "pressed", "not pressed"),
        ("expanded", "expanded", "collapsed"),
        ("selected", "selected", ""),
        ("disabled", "unavailable", ""),
        ("required", "required", ""),
        ("invalid", "invalid", ""),
        ("multiline", "multi line", ""),
        ("readonly", "read only", ""),
        ("busy", "busy", ""),
    ):
        if name in props and node.role not in {"cell", "columnheader", "rowheader"}:
            said.append(on if props[name] else off)
    if node.attributes.get("type") == "password":
        said.append("protected")
    return said


def _place(node: Node) -> str:
    """Which one of how many it is."""
    one, kind = node, node.role
    if kind not in {"option", "radio"}:
        found = next((up for up in node.above() if up.role == "listitem"), None)
        if found is None or any(_is_context(up) for up in _until(node, found)):
            return ""
        one, kind = found, "listitem"
    if one.up is None:
        return ""
    alike = [
        other for other in _all(one.up) if other.role == kind and _list_of(other) is _list_of(one)
    ]
    return f"{[other.key for other in alike].index(one.key) + 1} of {len(alike)}"


def _list_of(node: Node) -> Node | None:
    return next(
        (up for up in node.above() if up.role in {"list", "listbox", "group", "radiogroup"}), None
    )


def _until(node: Node, end: Node) -> Iterator[Node]:
    for up in node.above():
        if up is end:
            return
        yield up


class _Lines:
    """Lines of what is read; text that stands in a line stays in one."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._begun: list[str] = []
        self._before = ""

    def flush(self, depth: int) -> None:
        """End the line."""
        text = " ".join("".join(self._begun).split())
        self._begun = []
        if text:
            self.put(text, depth)

    def put(self, text: str, depth: int) -> None:
        """A line of its own."""
        self.told.append("  " * depth + self._before + text)
        self._before = ""

    def walk(self, node: Node, depth: int) -> None:
        """A node and what is in it."""
        if node.role == "StaticText":
            self._begun.append(node.name)
        elif node.role in _INLINE:
            self._begun.append(" ")
            self._inside(node, depth)
            self._begun.append(" ")
        elif node.role == "image":
            self._begun.append(f" {node.name}, image " if node.name else "")
        else:
            self.flush(depth)
            self._block(node, depth)
            self.flush(depth)

    def _inside(self, node: Node, depth: int) -> None:
        for one in node.inside:
            self.walk(one, depth)

    def _block(self, node: Node, depth: int) -> None:
        if node.role in _CONTROLS or node.role == "heading":
            self.put(_spoken(node), depth)
        elif node.role == "table":
            self.put(_context(node), depth)
            for line in _rows(node):
                self.put(line, depth + 1)
        elif node.role == "DescriptionList":
            self._facts(node, depth)
        elif node.role == "listitem":
            alike = (
                [] if node.up is None else [one for one in node.up.inside if one.role == "listitem"]
            )
            self._before = f"{alike.index(node) + 1}. " if node in alike else ""
            self._inside(node, depth)
        elif _is_context(node):
            self.put(_context(node).removesuffix(f", {node.description}"), depth)
            self._inside(node, depth + 1)
            self.flush(depth + 1)
        else:
            self._inside(node, depth)

    def _facts(self, node: Node, depth: int) -> None:
        for one in node.inside:
            text = " ".join(one.text.split())
            if one.role == "term":
                self.flush(depth)
                self._begun.append(f"{text}:")
            else:
                self._begun.append(f" {text};" if one.role == "definition" else f" {text}")
        self.flush(depth)


def _rows(table: Node) -> Iterator[str]:
    """Each row of a table, its cells with the headers of their columns."""
    rows = [one for one in _all(table) if one.role == "row"]
    heads: list[str] = []
    for row in rows:
        cells = [" ".join(_cell(one).split()) for one in row.inside]
        if all(one.role == "columnheader" for one in row.inside):
            heads = cells
            yield f"columns: {'; '.join(cells)}"
            continue
        told = []
        for at, (one, text) in enumerate(zip(row.inside, cells, strict=True)):
            head = heads[at] if at < len(heads) else ""
            told.append(
                text if one.role == "rowheader" or not head else f"{head} {text or 'blank'}"
            )
        yield "; ".join(told)


def _cell(node: Node) -> str:
    if node.role == "StaticText":
        return node.name
    if node.role in _CONTROLS:
        return f" {_spoken(node)} "
    return "".join(f"{_cell(one)} " if _is_block(one) else _cell(one) for one in node.inside)
