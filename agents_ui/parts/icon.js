/** The desk's few icons: drawn on a grid of 20, in the colour of the text, silent to ears. */

import { html } from "../vendor/preact.js";

const PATHS = {
  mine: "M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17c.6-3.2 3.3-5 6.5-5s5.9 1.8 6.5 5",
  waiting: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 6v4.3l2.8 1.7",
  team: "M7.5 10a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM2.5 16.5c.4-2.8 2.5-4.3 5-4.3s4.6 1.5 5 4.3M13 4.7a2.7 2.7 0 0 1 0 5.1M14.5 12.5c1.7.5 2.8 1.9 3 4",
  all: "M3 5.5h14M3 10h14M3 14.5h9",
  snoozed: "M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z",
  board: "M3.5 3.5h13v13h-13zM3.5 9h13M9 9v7.5",
  reports: "M3.5 16.5h13M6 16.5V10M10 16.5V4.5M14 16.5V8",
  teams: "M4 3.5h12v13H4zM7 7h6M7 10h6M7 13h3",
  admin: "M10 2.8 16 5v4.5c0 3.8-2.5 6.4-6 7.7-3.5-1.3-6-3.9-6-7.7V5z",
  callbacks: "M5 3.5h3l1.2 3.6-1.9 1.3a9 9 0 0 0 4.3 4.3l1.3-1.9 3.6 1.2v3c0 .8-.7 1.5-1.5 1.5A11.5 11.5 0 0 1 3.5 5c0-.8.7-1.5 1.5-1.5Z",
  search: "M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM13.5 13.5 17.5 17.5",
  lock: "M5 9.5h10v7H5zM7 9.5V7a3 3 0 0 1 6 0v2.5",
  reply: "M8 5 3 10l5 5M3.5 10H12c3 0 5 2 5 5",
  back: "M12.5 4 6.5 10l6 6",
  check: "M4 10.5 8 14.5 16.5 5.5",
  close: "M5 5l10 10M15 5 5 15",
  more: "M4 9.5h1v1H4zM9.5 9.5h1v1h-1zM15 9.5h1v1h-1z",
  person: "M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17c.6-3.2 3.3-5 6.5-5s5.9 1.8 6.5 5",
  settings: "M4 6h7M15 6h1M4 14h1M9 14h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  help: "M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M10 14.5h.01",
  send: "M3.5 10 17 3.5 12.5 17l-2.8-5.5z",
  down: "M10 4v12M5 11l5 5 5-5",
  cover: "M10 3 4 5.5v4c0 3.6 2.4 6 6 7.5 3.6-1.5 6-3.9 6-7.5v-4Z",
  undo: "M7 5 3.5 8.5 7 12M4 8.5h8a4 4 0 0 1 0 8H9",
  phone: "M5 3.5h3l1.2 3.6-1.9 1.3a9 9 0 0 0 4.3 4.3l1.3-1.9 3.6 1.2v3c0 .8-.7 1.5-1.5 1.5A11.5 11.5 0 0 1 3.5 5c0-.8.7-1.5 1.5-1.5Z",
  clip: "m8 11 5.2-5.2a2.2 2.2 0 0 1 3.1 3.1L9.5 15.7a3.6 3.6 0 0 1-5.1-5.1l6-6",
  file: "M5.5 3h6L15 6.5V17h-9.5ZM11 3v4h4",
  cut: "M3 17 17 3M6 4h10v10",
};

/** @param {{ name: keyof typeof PATHS }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}
