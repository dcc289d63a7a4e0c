"""Looks that people choose: forced colours, which hide no state, and no motion."""

from __future__ import annotations

from tests.desk.stage import Stage
from tests.desk.test_files import choose, text

_EDGES = """([chosen, other]) => {
  const edge = (selector) => {
    const found = document.querySelector(selector);
    if (found === null) return `nothing is ${selector}`;
    const style = getComputedStyle(found);
    const { outlineStyle, outlineWidth, borderTopStyle, borderTopWidth, borderTopColor } = style;
    // A forced background is the same for all, but where the page insists on its own.
    const own = style.forcedColorAdjust === "none" ? style.backgroundColor : "";
    const outline = `${outlineStyle} ${outlineWidth}`;
    return `${outline} ${borderTopStyle} ${borderTopWidth} ${borderTopColor} ${own}`;
  };
  return [edge(chosen), edge(other)];
}"""
CHOSEN = {
    "the open row": ("a.row[aria-current]", "a.row:not([aria-current])"),
    "the list": (".rail-entry[aria-current]", "a.rail-entry:not([aria-current])"),
    "what is written": (".kind[aria-pressed=true]", ".composer .kind[aria-pressed=false]"),
    "the option": ("[role=option][aria-selected=true]", "[role=option][aria-selected=false]"),
    "duty": (".rail-entry .lamp[data-on=true]", ".rail-entry .lamp[data-on=false]"),
}


async def test_forced_colors_hide_no_state(stage: Stage) -> None:
    await stage.write("ana", "Is it raining?")
    luis = await stage.write("luis", "Good day", name="Luis")
    bo = await stage.desk("bo", f"#/waiting/{luis}", forced_colors="active")
    await bo.row("Luis").wait_for()
    await bo.said("Good day").wait_for()
    told = {}
    told["duty off"] = (await bo.page.evaluate(_EDGES, CHOSEN["duty"]))[1]
    await bo.page.locator("article.said").last.focus()
    await bo.page.keyboard.press("d")
    await bo.hears("You are on duty.")
    told["duty on"] = (await bo.page.evaluate(_EDGES, CHOSEN["duty"]))[0]
    assert told["duty on"] != told["duty off"]
    for name in ("the open row", "the list", "what is written"):
        chosen, other = await bo.page.evaluate(_EDGES, CHOSEN[name])
        assert chosen != other, name
    await bo.page.keyboard.press("Control+k")
    await bo.page.locator("[role=option]").nth(1).wait_for()
    chosen, other = await bo.page.evaluate(_EDGES, CHOSEN["the option"])
    assert chosen != other, "the option"
    border = "getComputedStyle(document.querySelector('dialog')).borderTopStyle"
    assert await bo.page.evaluate(border) == "solid", "a dialog ends somewhere"


async def test_nothing_moves_for_those_who_want_no_motion(stage: Stage) -> None:
    thread = await stage.write("ana", "Is it raining?")
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      const times = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
      return style.scrollBehavior === "smooth" || times.some((time) => parseFloat(time) > 0);
    }).map((one) => one.outerHTML.slice(0, 80))"""
    bo = await stage.desk("bo", f"#/waiting/{thread}", reduced_motion="reduce")
    await bo.said("raining").wait_for()
    await choose(bo, text("steps.txt", "1. Unplug"))
    await bo.hears("steps.txt is attached.")
    await bo.page.keyboard.press("Control+k")
    await bo.page.locator("dialog[open]").wait_for()

    assert await bo.page.evaluate(moving) == []
    await bo.page.emulate_media(reduced_motion="no-preference")
    assert await bo.page.evaluate(moving) != [], "the test sees what moves"
