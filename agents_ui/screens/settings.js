/** What an agent can choose for this browser. */

import { LOUDNESS } from "../core/announcing.js";
import { isCharacter, keysOf } from "../core/keys.js";
import { COMMANDS, allowed } from "../commands/table.js";
import { Dialog } from "../parts/dialog.js";
import { html, useEffect, useId, useState } from "../vendor/preact.js";
import { LANGUAGES } from "../words/index.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function SettingsDialog({ desk }) {
  const { words, settings, tongue } = desk;
  const chosen = settings.chosen.value;
  const lost = tongue.missing.value;
  useEffect(() => () => void (tongue.missing.value = null), []);
  const themes = ["auto", "light", "dark"].map((one) => [one, words.say(`settings.theme.${one}`)]);
  const languages = [["auto", words.say("settings.language.auto")], ...Object.entries(LANGUAGES)];
  const loudness = LOUDNESS.map((one) => [one, words.say(`settings.loudness.${one}`)]);
  return html`<${Dialog} desk=${desk} title=${words.say("settings.title")}>
    <div class="settings">
      <${Pick} label=${words.say("settings.theme")} value=${chosen.theme} options=${themes} begin
        choose=${(/** @type {any} */ theme) => settings.choose({ theme })} />
      <${Pick} label=${words.say("settings.language")} value=${chosen.language} options=${languages}
        choose=${(/** @type {any} */ language) => settings.choose({ language })} />
      ${lost !== null && html`<p class="wrong">${words.say("settings.language.lost", { name: lost })}</p>`}
      <${Pick} label=${words.say("settings.loudness")} value=${chosen.loudness} options=${loudness}
        choose=${(/** @type {any} */ value) => settings.choose({ loudness: value })} />
      <${Check} label=${words.say("settings.enter")} on=${chosen.enter}
        choose=${(/** @type {boolean} */ enter) => settings.choose({ enter })} />
      <${Check} label=${words.say("settings.characters")} on=${chosen.characters}
        choose=${(/** @type {boolean} */ characters) => settings.choose({ characters })} />
      ${chosen.characters && html`<${Letters} desk=${desk} />`}
    </div>
  <//>`;
}

/** @param {any} props */
function Pick({ label, value, options, choose, begin = false }) {
  const id = useId();
  return html`<label class="labelled" for=${id}>${label}
    <select id=${id} class="field" onChange=${(/** @type {any} */ event) => choose(event.target.value)}
      data-begin=${begin ? "" : null} data-focus=${begin ? "settings" : null}>
      ${options.map(
        (/** @type {[string, string]} */ [one, text]) =>
          html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`,
      )}
    </select></label>`;
}

/** @param {any} props */
function Check({ label, on, choose }) {
  return html`<label class="check"><input type="checkbox" checked=${on}
    onChange=${(/** @type {any} */ event) => choose(event.target.checked)} /> ${label}</label>`;
}

/** @param {{ desk: import("../state/desk.js").Desk }} props */
function Letters({ desk }) {
  const { words, settings } = desk;
  const { remapped } = settings.chosen.value;
  const [wrong, setWrong] = useState("");
  const lettered = COMMANDS.filter((one) => allowed(desk, one) && one.keys.some(isCharacter));
  const letterOf = (/** @type {import("../commands/table.js").Command} */ one) =>
    keysOf(one, remapped).find(isCharacter) ?? "";
  const choose = (/** @type {string} */ id, /** @type {string} */ typed) => {
    const key = typed.trim().toLowerCase();
    const other = key && lettered.find((one) => one.id !== id && letterOf(one) === key);
    if (other) {
      setWrong(words.say("settings.keys.twice", { key, other: words.say(`command.${other.id}`) }));
      return;
    }
    setWrong("");
    settings.choose({ remapped: { ...remapped, [id]: key } });
  };
  return html`<fieldset class="letters">
    <legend>${words.say("settings.keys")}</legend>
    <p class="hint">${words.say("settings.keys.about")}</p>
    <p class="wrong" role="alert">${wrong}</p>
    <div class="letters-all">
      ${lettered.map(
        (one) => html`<label key=${one.id} class="letter"><input class="field" maxlength="1" value=${letterOf(one)}
          autocomplete="off" autocapitalize="none" spellcheck=${false}
          onChange=${(/** @type {any} */ event) => choose(one.id, event.target.value)} />
          ${words.say(`command.${one.id}`)}</label>`,
      )}
    </div>
    <button type="button" onClick=${() => settings.choose({ remapped: {} })}>
      ${words.say("settings.keys.reset")}</button>
  </fieldset>`;
}
