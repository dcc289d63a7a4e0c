/** A file of a message: a picture is shown small and opens whole, anything else is saved. */

import { Icon } from "../parts/icon.js";
import { Sheet } from "../parts/sheet.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @param {{ app: import("../state/app.js").App, file: import("../lib/wire.js").Attachment }} props */
export function FileView({ app, file }) {
  const [links, setLinks] = useState(/** @type {any} */ (null));
  const [whole, setWhole] = useState(/** @type {string | null} */ (null));
  const picture = file.type.startsWith("image/");
  const ask = () => app.client.file(file.id).then(setLinks, () => setLinks(null));
  useEffect(() => {
    if (picture) void ask();
  }, [file.id, app.connection.value === "live"]);
  // Links end after minutes: whoever looks gets a new one.
  const look = async () => {
    const { url } = await app.client.file(file.id).catch(() => ({ url: null }));
    if (url === null) return app.voice.say(app.say("error.away"));
    if (picture) return setWhole(url);
    const link = Object.assign(document.createElement("a"), { href: url, download: file.name });
    link.click();
    return undefined;
  };
  if (!picture) {
    return html`<button type="button" class="file" onClick=${look}><${Icon} name="file" /><span class="file-name">${file.name}</span>
      ${file.size > 0 && html`<span class="soft">${sizeText(app, file.size)}</span>`}</button>`;
  }
  return html`<button type="button" class="picture" onClick=${look} aria-label=${app.say("file.picture", { name: file.name })}>
      ${links === null
        ? html`<svg class="picture-room" viewBox=${`0 0 ${file.width ?? 4} ${file.height ?? 3}`} aria-hidden="true"></svg>`
        : html`<img src=${links.thumbnail_url ?? links.url} alt="" width=${file.width} height=${file.height} loading="lazy" />`}
    </button>
    ${whole && html`<${Sheet} title=${file.name} look="whole" close=${() => setWhole(null)} shut=${app.say("sheet.close")}><img class="whole-picture" src=${whole} alt=${file.name} /></${Sheet}>`}`;
}

/**
 * A file of a message that waits on this device, with it.
 *
 * @param {{ app: import("../state/app.js").App, clientId: string, n: number, file: import("../state/parcels.js").Enclosed }} props
 */
export function Enclosed({ app, clientId, n, file }) {
  const [shown, setShown] = useState("");
  useEffect(() => {
    if (!file.type.startsWith("image/")) return undefined;
    let url = "";
    app.parcels.file(clientId, n, file.type).then((found) => found && setShown((url = URL.createObjectURL(found))));
    return () => URL.revokeObjectURL(url);
  }, [clientId, n]);
  const name = file.name || app.say("file.some");
  if (shown !== "") return html`<span class="picture"><img src=${shown} alt=${app.say("file.picture", { name })} /></span>`;
  return html`<span class="file"><${Icon} name="file" /><span class="file-name">${name}</span></span>`;
}

/** @param {import("../state/app.js").App} app @param {number} bytes */
export function sizeText(app, bytes) {
  const [unit, size] = bytes < 1_000_000 ? ["kilobyte", 1000] : ["megabyte", 1_000_000];
  const options = { style: "unit", unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(app.words.language.value, /** @type {any} */ (options)).format(Math.max(0.1, bytes / Number(size)));
}
