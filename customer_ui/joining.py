"""Modules joined into few files, so that a phone asks twice and not sixty times.

Each module becomes a function that gives what it exports, and stands after those it needs. Only
what our own modules use is understood: named and default imports, `export` before a declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(
    r'^import (?:(?P<default>\w+)|\{(?P<names>[^}]*)\}) from "(?P<path>\.[^"]+)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_NOTHING = re.compile(r"^export \{\};\n", re.MULTILINE)


def needs(modules: Mapping[str, str], first: str) -> list[str]:
    """The modules that one needs, itself last, each after all that it needs itself."""
    order: list[str] = []

    def visit(path: str, above: tuple[str, ...]) -> None:
        if path in above:
            raise ValueError(f"modules need one another: {' → '.join((*above, path))}")
        if path in order:
            return
        for found in _IMPORT.finditer(modules[path]):
            visit(_there(path, found["path"]), (*above, path))
        order.append(path)

    visit(first, ())
    return order


def chunk(modules: Mapping[str, str], paths: Iterable[str]) -> str:
    """Modules as one that exports each of them, for `program`."""
    order = list(paths)
    parts = [_wrapped(path, modules[path]) for path in order]
    return "".join(parts) + f"export {{ {', '.join(map(_name, order))} }};\n"


def program(modules: Mapping[str, str], first: str, *, given: Mapping[str, Iterable[str]]) -> str:
    """One module with all that it needs, but for what it gets from other files (`given`)."""
    elsewhere = {path for paths in given.values() for path in paths}
    order = needs(modules, first)
    head = [
        f'import {{ {", ".join(_name(path) for path in paths)} }} from "{file}";\n'
        for file, paths in given.items()
    ]
    body = [_wrapped(path, modules[path]) for path in order[:-1] if path not in elsewhere]
    own, names = _body(first, modules[first])
    tail = f"export {{ {', '.join(names)} }};\n" if names else ""
    return "".join([*head, *body, own, tail])


def _wrapped(path: str, text: str) -> str:
    body, names = _body(path, text)
    return f"const {_name(path)} = (() => {{\n{body}return {{ {', '.join(names)} }};\n}})();\n"


def _body(path: str, text: str) -> tuple[str, list[str]]:
    names = [found["name"] for found in _EXPORT.finditer(text)]
    text, defaults = _DEFAULT.subn("const standard = ", text)
    body = _NOTHING.sub("", _EXPORT.sub("", _IMPORT.sub(lambda one: _taken(path, one), text)))
    if left := re.search(r"^(?:import|export)\b(?!\().*", body, re.MULTILINE):
        raise ValueError(f"{path}: {left[0]!r} is not understood")
    return body, [*names, *(["default: standard"] if defaults else [])]


def _taken(path: str, found: re.Match[str]) -> str:
    names = f"default: {found['default']}" if found["default"] else found["names"]
    names = re.sub(r"\b(\w+) as (\w+)", r"\1: \2", " ".join(names.split()))
    return f"const {{ {names} }} = {_name(_there(path, found['path']))};\n"


def _there(path: str, named: str) -> str:
    return normpath(join(dirname(path), named))


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
