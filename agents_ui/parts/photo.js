/** A photo that can be changed: a picture of this machine is sent, and named by whoever has it. */

import { uploadPhoto } from "../api/photos.js";
import { html, useId, useState } from "../vendor/preact.js";
import { Avatar } from "./avatar.js";
import { errorsOf } from "./form.js";

/**
 * @param {object} props
 * @param {import("../state/desk.js").Desk} props.desk
 * @param {string} props.id of whom
 * @param {string} props.name
 * @param {string | null} props.photo
 * @param {(url: string | null) => Promise<unknown>} props.save
 */
export function Photo({ desk, id, name, photo, save }) {
  const { words } = desk;
  const field = useId();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const change = async (/** @type {() => Promise<string | null>} */ next) => {
    setBusy(true);
    setWrong("");
    try {
      await save(await next());
      desk.voice.say(words.say("saved"));
    } catch (error) {
      const found = errorsOf(error) ?? { "": /** @type {any} */ (error).detail };
      if (/** @type {any} */ (error).code === "unauthorized") desk.failed(error);
      setWrong(Object.values(found).join(" "));
    }
    setBusy(false);
  };
  const choose = (/** @type {any} */ event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file !== undefined) void change(() => uploadPhoto(file));
  };
  return html`<div class="photo" aria-busy=${busy}>
    <${Avatar} id=${id} name=${name} photo=${photo} size="large" />
    <div class="buttons">
      <label class="button" for=${field}>${words.say("photo.choose")}<span class="unseen"> ${name}</span></label>
      <input id=${field} class="unseen" type="file" accept="image/jpeg,image/png,image/webp,image/gif" onChange=${choose}
        aria-describedby=${wrong ? `${field}-wrong` : null} />
      ${photo !== null && html`<button type="button" onClick=${() => change(async () => null)}>${words.say("photo.none")}</button>`}
    </div>
    ${wrong && html`<p id=${`${field}-wrong`} class="wrong" role="alert" lang="en">${wrong}</p>`}
  </div>`;
}
