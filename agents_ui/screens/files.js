/** The files of a message: pictures are shown, all else is saved. */

import { isPicture, sizeText } from "../core/files.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { html, useEffect, useRef } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, files: any[], who: string }} props */
export function Files({ desk, files, who }) {
  const pictures = files.filter((one) => one.id !== undefined && isPicture(one));
  const others = files.filter((one) => !pictures.includes(one));
  return html`<div class="said-files">
    ${pictures.map((file) => html`<${Picture} key=${file.id} desk=${desk} file=${file} who=${who} />`)}
    ${others.map((file) => html`<${Other} key=${file.id ?? file.key} desk=${desk} file=${file} />`)}
  </div>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, file: import("../core/shapes.js").File_, who: string }} props */
function Picture({ desk, file, who }) {
  const { words, links } = desk;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const link = links.known.value.get(file.id);
  useEffect(() => {
    // Asking is a look, which stands in the audit log: only what comes before somebody's eyes.
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      void links.need(file.id);
    });
    if (box.current !== null) seen.observe(box.current);
    return () => seen.disconnect();
  }, [file.id]);
  const { width = 4, height = 3 } = file;
  const alt = words.say("files.picture", { name: who, file: file.name });
  const show = () => {
    desk.picture.value = { ...file, alt };
    desk.ask("picture");
  };
  return html`<button type="button" class="picture" ref=${box} onClick=${show} aria-label=${alt}>
    ${link?.thumbnail_url
      ? html`<img src=${link.thumbnail_url} alt="" width=${width} height=${height}
          onError=${() => links.need(file.id)} />`
      : html`<svg viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} aria-hidden="true"></svg>`}
  </button>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, file: any }} props */
function Other({ desk, file }) {
  const { words, links } = desk;
  const size = sizeText(file.size, words.language.value);
  const save = async () => {
    const link = await links.need(file.id);
    if (link !== null) location.assign(link.url);
  };
  const inside = html`<${Icon} name="file" /><span class="file-name">${file.name}</span>
    <span class="file-size">${size}</span>`;
  if (file.id === undefined) return html`<p class="file">${inside}</p>`;
  return html`<button type="button" class="file" onClick=${save}
    aria-label=${words.say("files.download", { file: file.name, size })}>${inside}</button>`;
}

/** A picture as large as the screen has room. @param {{ desk: import("../state/desk.js").Desk }} props */
export function PictureDialog({ desk }) {
  const { words, links } = desk;
  const file = desk.picture.value;
  useEffect(() => {
    if (file !== null) void links.need(file.id);
  }, [file?.id]);
  if (file === null) return null;
  const link = links.known.value.get(file.id);
  return html`<${Dialog} desk=${desk} title=${file.name} look="wide">
    <p class="buttons"><a class="button" data-begin href=${link?.url ?? null} download=${file.name}>${words.say("files.save")}</a>
      <span class="hint">${sizeText(file.size, words.language.value)}</span></p>
    ${link && html`<img class="picture-whole" src=${link.url} alt=${file.alt} />`}
  <//>`;
}
