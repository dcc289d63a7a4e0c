"""Scripts joined: each module once, one instance of what is shared, whichever file asks for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agents_ui.files import PAGE, ROOT, VENDOR, Desk, make_desk, read_desk
from agents_ui.joining import chunk, lighten, needs, program

_AT = re.compile(r"^// (\S+\.js)$", re.MULTILINE)
_ASKED = re.compile(r'\bfrom\s*"\./([^"]+)"|\bimport\("\./([^"]+)"\)')
SMALL = {
    VENDOR: "export const brand = 'theirs';\n",
    "vendor/entry.js": "export const made = 'by Node';\n",
    "lib/stores/file.js": 'import { open } from "node:fs/promises";\nexport const at = open;\n',
    "state/count.js": (
        'import { brand } from "../vendor/preact.js";\n'
        "/** Counts. */\n"
        "export class Count {\n  n = 0;\n  brand = brand;\n}\n"
        "export const count = new Count();\n"
    ),
    "api.js": "export async function one() {\n  return 1;\n}\nexport const two = 2;\n",
    "screens/door.js": (
        'import * as api from "../api.js";\n'
        'import { count as shared } from "../state/count.js";\n'
        'const ROOMS = { board: () => import("./board.js") };\n'
        "export async function enter() {\n"
        "  const { default: room, Screen } = await ROOMS.board();\n"
        "  const { brand } = shared;\n"
        "  const counted = [Screen(), shared.n];\n"
        "  return { ...room, counted, brand, api: [await api.one(), api.two] };\n"
        "}\n"
    ),
    "screens/board.js": (
        'import { brand } from "../vendor/preact.js";\n'
        'import { count, Count } from "../state/count.js";\n'
        "const text = `the board`;\n"
        "export default {\n  text,\n  whose: brand,\n};\n"
        "export const Screen = () => {\n"
        "  count.n += 1;\n  return count instanceof Count ? count.n : -1;\n};\n"
    ),
    "words/index.js": (
        'import en from "./en.js";\n'
        "export async function words(language) {\n"
        "  return { ...en, ...(await import(`./${language}.js`)).default };\n}\n"
    ),
    "words/en.js": 'export default { yes: "yes", well: "well" };\n',
    "words/es.js": 'import part from "./part/es.js";\n\nexport default { yes: "sí", ...part };\n',
    "words/part/es.js": 'export default { no: "no" };\n',
    "main.js": (
        'import { enter } from "./screens/door.js";\n'
        'import { words } from "./words/index.js";\n'
        "globalThis.told = async () => ({ ...(await enter()), ...(await words(`es`)) });\n"
    ),
}
WHOLE = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for path in sorted([*ROOT.rglob("*.js"), *(ROOT / "lib").rglob("*.js"), *ROOT.rglob("*.css")])
}


def made(modules: dict[str, str]) -> Desk:
    return make_desk({path: text.encode() for path, text in modules.items()}, page="{home}")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_what_is_joined_does_what_the_modules_do(tmp_path: Path) -> None:
    told = "console.log(JSON.stringify(await globalThis.told()));\n"
    plain = {**SMALL, "run.js": f'import "./main.js";\n{told}'}
    files = {path: file.plain.decode() for path, file in made(SMALL).files.items()}
    joined = {**files, "run.js": f'import "./desk.js";\n{told}'}
    said = []
    for n, modules in enumerate((plain, joined)):
        for path, text in {**modules, "package.json": '{"type": "module"}'}.items():
            file = tmp_path / str(n) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        ran = subprocess.run(
            ["node", tmp_path / str(n) / "run.js"], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        said.append(json.loads(ran.stdout))

    assert said[1] == said[0]
    # The room that came later has counted in the desk's own count.
    assert said[1]["counted"] == [1, 1]
    assert said[1]["no"] == "no"


def test_each_module_that_is_needed_is_there_once_and_no_other() -> None:
    files = made(SMALL).files
    there = {path: _AT.findall(file.plain.decode()) for path, file in files.items()}

    assert there["desk.js"][-1] == "main.js"
    assert there["rooms.js"] == ["screens/board.js"]
    assert there["words/es.js"] == ["words/part/es.js", "words/es.js"]
    told = [module for path in ("desk.js", "rooms.js", "words/es.js") for module in there[path]]
    assert sorted(told) == sorted(SMALL.keys() - {VENDOR, "vendor/entry.js", "lib/stores/file.js"})
    assert files[VENDOR].plain.decode() == SMALL[VENDOR]


def test_of_the_whole_desk_nothing_is_lost_double_or_asked_for_in_vain() -> None:
    files = {path: file.plain.decode() for path, file in read_desk().files.items()}
    scripts = {path: text for path, text in files.items() if path.endswith(".js")}
    there = [module for path in ("desk.js", "rooms.js") for module in _AT.findall(scripts[path])]

    assert len(there) == len(set(there)) > 100
    ours = {
        path for path in WHOLE if path.endswith(".js") and not path.startswith(("lib/", "vendor/"))
    }
    apart = {
        module
        for path in scripts
        if path.startswith("words/")
        for module in _AT.findall(scripts[path])
    }
    assert ours - set(there) == apart
    assert {path.partition("/")[0] for path in apart} == {"words"}
    assert not any("node:" in text for text in scripts.values())
    for path, text in scripts.items():
        asked = {one or other for one, other in _ASKED.findall(text)}
        assert asked <= scripts.keys(), path
        assert path in {"desk.js", "rooms.js"} or not asked
    # The board's own state is the desk's: what both use stands in one place.
    assert "screens/board.js" in _AT.findall(scripts["rooms.js"])
    assert "state/place.js" in _AT.findall(scripts["desk.js"])


def test_style_sheets_follow_each_other_as_their_names_do() -> None:
    whole = read_desk().files["style/desk.css"].plain.decode()
    sheets = [
        lighten(text.decode()) for path, text in sorted(WHOLE.items()) if path.endswith(".css")
    ]

    assert len(sheets) > 9
    assert whole == "".join(sheets)


@pytest.mark.parametrize(
    "path",
    ["main.js", "screens/board.js", "words/part/es.js", "style/1.css", VENDOR, "icon.svg", PAGE],
)
def test_a_change_of_any_file_is_another_release(path: str) -> None:
    before = {**SMALL, "style/1.css": "a {}\n", "icon.svg": "<svg/>"}
    changed = {**before, path: before.get(path, "") + "const changed = 1;\n"}
    if path == PAGE:
        files = {name: text.encode() for name, text in before.items()}
        assert make_desk(files, page="{home}!").release != made(before).release
        return
    assert made(changed).release != made(before).release
    assert made({**before, "lib/unused.js": "export {};\n"}).release == made(before).release


def test_scripts_are_joined_in_the_order_of_their_needs_and_cycles_are_found() -> None:
    modules = {
        "a.js": 'import { b as c } from "./b.js";\nimport d from "./x/d.js";\nc(d);\n',
        "b.js": "export const b = 1;\n",
        "x/d.js": 'import { b } from "../b.js";\nexport default {\nb,\n};\n',
    }
    assert needs(modules, "a.js") == ["b.js", "x/d.js", "a.js"]
    whole = program(modules, "a.js", beside={})
    assert "const { b: c } = $b;" in whole
    assert "const { default: d } = $x_d;" in whole
    modules["b.js"] = 'import { x } from "./a.js";\nexport const b = 1;\n'
    with pytest.raises(ValueError, match=r"a\.js → b\.js → a\.js"):
        needs(modules, "a.js")


@pytest.mark.parametrize(
    "text", ['export * from "./b.js";\n', 'import "./b.js";\n', "export let a = 1;\n"]
)
def test_what_is_not_understood_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        chunk({"a.js": text, "b.js": ""}, ["a.js"])


def test_comments_and_types_go_and_nothing_else() -> None:
    text = (
        "/** What it is. */\n"
        "// Why.\n"
        '  const a = /** @type {any} */ ("https://x/**/y"); // beside\n'
        "  /* twice */\n"
        "  /** @type {any} */ (a).b = 1; /** end */\n"
        "  const b = `/*`;\n"
    )
    assert lighten(text) == (
        'const a = ("https://x/**/y"); // beside\n(a).b = 1; /** end */\nconst b = `/*`;\n'
    )


def test_no_line_of_code_goes_with_the_comments() -> None:
    for path, plain in WHOLE.items():
        if path.startswith("vendor/"):
            continue
        text = plain.decode()
        left = set(lighten(text).splitlines())
        gone = {line.strip() for line in text.splitlines() if line.strip()} - left
        assert [
            one
            for one in gone
            if not one.startswith(("*", "/*", "//")) and not re.search(r"/\*\*|\*/$", one)
        ] == []
        assert left, path
