"""Modules joined into few files, so that a browser asks twice and not a hundred times.

Each module becomes a function that gives what it exports, and stands below a comment with its path
and after those it needs. Whoever imports it has the one that is there, be it in the same file or in
another, at once or when it is needed. Only what our own modules use is understood: named, default
and whole imports, `export` before a declaration, `import()` of a path or of a text that begins with
`./`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(
    r"^import (?:(?P<default>\w+)|\* as (?P<whole>\w+)|\{(?P<names>[^}]*)\}) "
    r'from "(?P<path>\.[^"]+)";\n',
    re.MULTILINE,
)
_LATER = re.compile(r'\bimport\("(?P<path>\.[^"]+)"\)')
_CHOSEN = re.compile(r"\bimport\(`\./")
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_NOTHING = re.compile(r"^export \{\};\n", re.MULTILINE)
_BLOCK = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n", re.MULTILINE)
_TYPE = re.compile(r"/\*\* (?:[^*\n]|\*(?!/))*?@(?:[^*\n]|\*(?!/))*\*/ ?")
_LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)

Files = Mapping[str, Iterable[str]]
"""Files beside the one that is made, and the modules in each. A file that is called as its only
module is that module as it was written."""


def lighten(text: str) -> str:
    """A script or style sheet without comments, types and indents: half of its weight on the wire.

    No text of ours begins a line as a comment does, or holds what looks like a type.
    """
    return _INDENT.sub("", _LINE.sub("", _TYPE.sub("", _BLOCK.sub("", text))))


def needs(modules: Mapping[str, str], *first: str) -> list[str]:
    """The modules that these need, themselves among them, each after all that it needs itself."""
    order: list[str] = []

    def visit(path: str, above: tuple[str, ...]) -> None:
        if path in above:
            raise ValueError(f"modules need one another: {' → '.join((*above, path))}")
        if path in order:
            return
        for needed in _needed(path, modules[path]):
            visit(needed, (*above, path))
        order.append(path)

    for path in first:
        visit(path, ())
    return order


def doors(modules: Mapping[str, str], paths: Iterable[str]) -> list[str]:
    """The modules that these load when they are needed, each once."""
    found = [_there(path, one["path"]) for path in paths for one in _LATER.finditer(modules[path])]
    return list(dict.fromkeys(found))


def chunk(modules: Mapping[str, str], paths: Iterable[str], *, beside: Files | None = None) -> str:
    """Modules as one that exports each of them, for those in other files."""
    order, home = list(paths), _Homes(beside or {})
    parts = [_wrapped(path, modules[path], home) for path in order]
    head = home.head(modules, order)
    return "".join([head, *parts, f"export {{ {', '.join(map(_name, order))} }};\n"])


def program(modules: Mapping[str, str], first: str, *, beside: Files) -> str:
    """One module with all that it needs and that stands in no other file."""
    home = _Homes(beside)
    order = [path for path in needs(modules, first) if path not in home.files]
    body = [_wrapped(path, modules[path], home) for path in order[:-1]]
    own, names = _body(first, modules[first], home)
    given = ", ".join(re.sub(r"(\w+): (\w+)", r"\2 as \1", name) for name in names)
    tail = f"export {{ {given} }};\n" if names else ""
    return "".join([home.head(modules, order), *body, f"// {first}\n", own, tail])


class _Homes:
    """In which file each module is that is not in this one."""

    def __init__(self, beside: Files) -> None:
        self.files = {path: file for file, paths in beside.items() for path in paths}

    def head(self, modules: Mapping[str, str], paths: Iterable[str]) -> str:
        """The imports of what these modules need from other files."""
        taken: dict[str, list[str]] = {}
        wanted = dict.fromkeys(one for path in paths for one in _needed(path, modules[path]))
        for path in wanted:
            if path in self.files:
                taken.setdefault(self.files[path], []).append(path)
        return "".join(
            f'import * as {_name(file)} from "./{file}";\n'
            if file in names
            else f'import {{ {", ".join(map(_name, names))} }} from "./{file}";\n'
            for file, names in taken.items()
        )

    def later(self, path: str) -> str:
        """What loads a module when it is needed."""
        file = self.files[path]
        return f'import("./{file}").then(({{ {_name(path)}: found }}) => found)'


def _wrapped(path: str, text: str, home: _Homes) -> str:
    body, names = _body(path, text, home)
    return (
        f"// {path}\nconst {_name(path)} = (() => {{\n{body}"
        f"return {{ {', '.join(names)} }};\n}})();\n"
    )


def _body(path: str, text: str, home: _Homes) -> tuple[str, list[str]]:
    names = [found["name"] for found in _EXPORT.finditer(text)]
    text, defaults = _DEFAULT.subn("const standard = ", text)
    body = _NOTHING.sub("", _EXPORT.sub("", _IMPORT.sub(lambda one: _taken(path, one), text)))
    if left := re.search(r"^(?:import|export)\b(?!\().*", body, re.MULTILINE):
        raise ValueError(f"{path}: {left[0]!r} is not understood")
    # Addresses are told from where the joined file is: at the top.
    body = _LATER.sub(lambda one: home.later(_there(path, one["path"])), body)
    body = _CHOSEN.sub(f"import(`./{join(dirname(path), '')}", body)
    return body, [*names, *(["default: standard"] if defaults else [])]


def _taken(path: str, found: re.Match[str]) -> str:
    module = _name(_there(path, found["path"]))
    if found["whole"]:
        return f"const {found['whole']} = {module};\n"
    names = f"default: {found['default']}" if found["default"] else found["names"]
    names = re.sub(r"\b(\w+) as (\w+)", r"\1: \2", " ".join(names.split()))
    return f"const {{ {names} }} = {module};\n"


def _needed(path: str, text: str) -> list[str]:
    return [_there(path, found["path"]) for found in _IMPORT.finditer(text)]


def _there(path: str, named: str) -> str:
    return normpath(join(dirname(path), named))


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
