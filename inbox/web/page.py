"""The API for people: one HTML page made from the OpenAPI document, with no script."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from typing import Any

from inbox.core.errors import ERRORS

Json = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.7rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0; }
td, th { border-bottom: 1px solid var(--line); }
section > h3 { margin: 2.2rem 0 0.3rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
.scope { float: right; font-size: 0.85em; }
"""
_MACHINES = """<p>For machines: <a href="/openapi.json">OpenAPI 3.1</a>,
<a href="/asyncapi.json">AsyncAPI 3</a> (live sockets).</p>"""
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""For the page's Content-Security-Policy: this style and no other."""


def render(document: Json) -> str:
    """The whole page."""
    info = document["info"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(info['title'])} API</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{_text(info['title'])} API <small>{_text(info['version'])}</small></h1>",
        _prose(info["description"]),
        _MACHINES,
        *_contents(document),
        *_operations(document),
        *_codes(),
        *_schemas(document),
        "</main></body></html>",
    ]
    return "\n".join(parts)


def _contents(document: Json) -> Iterator[str]:
    yield '<nav aria-label="Contents"><ul>'
    for tag in document["tags"]:
        name = tag["name"]
        yield f'<li><a href="#{name.lower()}">{_text(name)}</a>: {_inline(tag["description"])}</li>'
    yield '<li><a href="#codes">Error codes</a></li><li><a href="#shapes">Shapes</a></li>'
    yield "</ul></nav>"


def _operations(document: Json) -> Iterator[str]:
    for tag in document["tags"]:
        name = tag["name"]
        yield f'<section><h2 id="{name.lower()}">{_text(name)}</h2>'
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if name in operation["tags"]:
                    yield from _operation(method.upper(), path, operation)
        yield "</section>"


def _operation(method: str, path: str, operation: Json) -> Iterator[str]:
    scopes = [name for choice in operation.get("security", ()) for name in choice]
    role = operation.get("x-role", "agent" if "personal" in scopes else "")
    sides = ["customer"] if "customer" in scopes else []
    who = " or ".join([*sides, role] if role else sides) or "anybody"
    anchor = _text(operation["operationId"])
    yield f'<h3 id="{anchor}"><code>{method} {_text(path)}</code></h3>'
    yield f'<p><span class="scope">{_text(who)}</span>{_inline(operation["summary"])}</p>'
    if "description" in operation:
        yield _prose(operation["description"])
    if parameters := operation.get("parameters"):
        yield "<table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead>"
        for one in parameters:
            need = "" if one["required"] else ", optional"
            yield (
                f"<tr><td><code>{_text(one['name'])}</code> ({one['in']}{need})</td>"
                f"<td>{_type(one['schema'])}</td>"
                f"<td>{_inline(one.get('description', ''))}</td></tr>"
            )
        yield "</table>"
    if "requestBody" in operation:
        (content,) = operation["requestBody"]["content"].values()
        yield f"<p>Body: {_type(content['schema'])}</p>"
        if "example" in content:
            yield f"<pre>{_text(json.dumps(content['example'], indent=2))}</pre>"
    answers = []
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).values()
        shape = "".join(f" {_type(one['schema'])}" for one in content)
        answers.append(f"<code>{status}</code>{shape}")
    yield f"<p>Answers: {', '.join(answers)}</p>"


def _codes() -> Iterator[str]:
    yield '<section><h2 id="codes">Error codes</h2><table>'
    yield "<thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead>"
    for error in ERRORS:
        lasts = " Temporary: try again." if error.temporary else ""
        yield (
            f'<tr id="{error.code}"><td><code>{error.code}</code></td><td>{error.status}</td>'
            f"<td>{_text(error.title)}.{lasts}</td></tr>"
        )
    yield "</table></section>"


def _schemas(document: Json) -> Iterator[str]:
    yield '<section><h2 id="shapes">Shapes</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<h3 id="shape-{_text(name)}">{_text(name)}</h3>'
        yield _prose(schema.get("description", ""))
        needed = schema.get("required", ())
        yield "<table><thead><tr><th>Member</th><th>Type</th><th>Meaning</th></tr></thead>"
        for member, described in schema.get("properties", {}).items():
            need = "" if member in needed else " (optional)"
            yield (
                f"<tr><td><code>{_text(member)}</code>{need}</td><td>{_type(described)}</td>"
                f"<td>{_inline(described.get('description', ''))}</td></tr>"
            )
        yield "</table>"
    yield "</section>"


def _type(schema: Json) -> str:
    """A schema in few words, with links."""
    if "$ref" in schema:
        name = _text(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_type(choice) for choice in choices))
    if "enum" in schema:
        return ", ".join(f"<code>{_text(str(choice))}</code>" for choice in schema["enum"])
    if "const" in schema:
        return f"<code>{_text(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items') or {})}"
    said = str(schema.get("type", "any"))
    if "format" in schema:
        said = f"{said}, {schema['format']}"
    bounds = [schema.get("minimum"), schema.get("maximum")]
    if None not in bounds:
        said += f", {bounds[0]}–{bounds[1]}"
    if "maxLength" in schema:
        said += f", to {schema['maxLength']} characters"
    return _text(said)


def _prose(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{_inline(' '.join(block.split()))}</p>" for block in blocks if block)


def _inline(text: str) -> str:
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", marked)


def _text(text: str) -> str:
    return html.escape(text, quote=True)
