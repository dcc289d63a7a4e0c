"""Can the proofs of access fail? The desk is broken, each rule in a way of its own, and is caught.

Each fault is a text of the desk's files that is another; a test that passes on the sound desk has
to fail then. axe-core alone saw three of seven such faults.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Error as PlaywrightError

from agents_ui.files import PAGE, ROOT, make_desk, read_desk
from agents_ui.files import _read as read_files
from inbox.web import desk_pages
from tests.desk import stage, test_keyboard, test_room_transcripts, test_transcripts
from tests.desk.stage import Stage

Check = Callable[[Stage], Awaitable[None]]

ARRIVING: Check = test_transcripts.test_signing_in_and_finding_the_way
ANSWERING: Check = test_transcripts.test_answering_and_what_comes_between
ACTS: Check = test_transcripts.test_what_is_done_with_a_conversation
HISTORY: Check = test_transcripts.test_history_comes_in_and_the_place_stays
BOARD: Check = test_room_transcripts.test_the_board_and_a_storm
TABBING: Check = test_keyboard.test_everything_is_reached_by_tab_and_is_seen_when_it_is
PRESSING: Check = test_keyboard.test_each_command_puts_the_focus_where_the_table_says
CHECKS = (ARRIVING, ANSWERING, ACTS, HISTORY, BOARD, TABBING, PRESSING)

LIVE = 'role="status" aria-live="polite" aria-atomic="true"'
TRAP = """listen(desk);
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".row")) event.preventDefault();
});"""
STOLEN = """const { words, me, settings } = this;
    setTimeout(() => [...document.querySelectorAll("article.said")].at(-1)?.focus(), 50);"""

FAULTS: dict[str, tuple[str, str, Check]] = {
    "a row without its sentence": ("aria-label=${rowName(thread, given)}", "", ARRIVING),
    "a list that is none": (
        '<ul class="rows" onKeyDown=${rove}>',
        '<ul role="presentation" class="rows" onKeyDown=${rove}>',
        ARRIVING,
    ),
    "no live region": (LIVE, "", ARRIVING),
    "a live region that interrupts": (LIVE, 'role="alert" aria-live="assertive"', ARRIVING),
    "all is said twice": (
        "this.#waiting.push(text);",
        "this.#waiting.push(text, text);",
        ARRIVING,
    ),
    "words behind an open dialog": (
        'document.querySelector("dialog:modal [data-voice]") ??',
        "",
        ACTS,
    ),
    "a dialog without a name": ("aria-labelledby=${heading}\n    onClose", "onClose", ACTS),
    "the focus falls out of the page": ("keepFocus();", "", ACTS),
    "what arrives takes the focus": ("const { words, me, settings } = this;", STOLEN, ARRIVING),
    "messages in another order": (
        "${rows.map((/** @type {any} */ row) => html`<${Said}",
        "${rows.toReversed().map((/** @type {any} */ row) => html`<${Said}",
        ARRIVING,
    ),
    "a message that says who alone": ("aria-describedby=${told}>", ">", ARRIVING),
    "a message hidden from ears": (
        '<p class="said-body" id',
        '<p aria-hidden="true" class="said-body" id',
        ARRIVING,
    ),
    "a heading that is none": (
        (
            '<h3 class="matter"><span>${words.say("thread.conversation", '
            "{ number: row.number, day: row.text })}</span></h3>"
        ),
        '<div class="matter">${row.text}</div>',
        ARRIVING,
    ),
    "what is chosen is told by colour": ("aria-pressed=${kind === one}", "", ARRIVING),
    "what is open is told by colour": ('aria-current=${open ? "true" : null}', "", ARRIVING),
    "how long they wait is told by colour": (
        "    waitOf(thread, { say, times, now }),\n",
        "",
        ARRIVING,
    ),
    "an error that belongs to no field": (
        'aria-describedby=${wrong ? "wrong" : null} ',
        "",
        ARRIVING,
    ),
    "a field without a name": (
        'aria-label=${words.say(isNote ? "compose.note.to" : "compose.reply.to", { name })}',
        "",
        ARRIVING,
    ),
    "note and reply have one name": (
        'words.say(isNote ? "compose.note.to" : "compose.reply.to", { name })',
        'words.say("compose.reply.to", { name })',
        ANSWERING,
    ),
    "an option that is not told": (
        "aria-activedescendant=${found.length > 0 ? option(current) : null}",
        "",
        ACTS,
    ),
    "history loses the place": (
        "first?.focus({ preventScroll: true });",
        'document.querySelector("article.said")?.focus();',
        HISTORY,
    ),
    "a trap for Tab": ("listen(desk);", TRAP, TABBING),
    "a focus that is not seen": ("outline: 2px solid var(--accent);", "outline: none;", TABBING),
    "a command that leaves the focus": (
        '["c"], "thread", "thread", "customer"',
        '["c"], "thread", "thread", "stay"',
        PRESSING,
    ),
    "an overdue promise at each look": ("!lapsed.get(team.id)", "true", BOARD),
    "a chart without its table": (
        '<table class="figures">\n        <caption class="unseen">${title}',
        '<table aria-hidden="true">\n        <caption class="unseen">${title}',
        BOARD,
    ),
}


@pytest.fixture
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server has a desk with this fault, or with none."""
    name: str = request.param
    sound, broken, _ = FAULTS.get(name, ("a text that stands nowhere", "", ARRIVING))
    files = {path: text.replace(sound.encode(), broken.encode()) for path, text in read_files()}
    page = (ROOT / PAGE).read_text("utf-8").replace(sound, broken)
    desk = make_desk(dict(sorted(files.items())), page=page)
    assert (desk.release != read_desk().release) == (name in FAULTS), "it is in what is served"
    monkeypatch.setattr(desk_pages, "read_desk", lambda: desk)
    monkeypatch.setattr(stage, "PATIENCE_MS", 6_000)
    return name


@pytest.mark.prove
@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("fault", ["none"], indirect=True)
async def test_what_catches_them_passes_on_the_sound_desk(
    fault: str, at_ten: Stage, check: Check
) -> None:
    assert fault == "none"
    await check(at_ten)


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS, indirect=True)
async def test_each_fault_is_caught(fault: str, at_ten: Stage) -> None:
    _, _, check = FAULTS[fault]

    with pytest.raises((AssertionError, PlaywrightError)):
        await check(at_ten)
