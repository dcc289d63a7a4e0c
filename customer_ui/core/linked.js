/**
 * A text in pieces, with the web addresses in it apart. Pure.
 *
 * @param {string} text
 * @returns {{ text: string, href?: string }[]}
 */
export function linked(text) {
  /** @type {{ text: string, href?: string }[]} */
  const pieces = [];
  let from = 0;
  for (const found of text.matchAll(/\bhttps?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef]+/giu)) {
    // What ends a sentence is no part of an address; a bracket is, where it was opened in it.
    let url = found[0].replace(/[.,;:!?]+$/u, "");
    if (url.endsWith(")") && !url.includes("(")) url = url.slice(0, -1).replace(/[.,;:!?]+$/u, "");
    if (!URL.canParse(url)) continue;
    if (found.index > from) pieces.push({ text: text.slice(from, found.index) });
    pieces.push({ text: url, href: url });
    from = found.index + url.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
