/** The page's few icons: drawn on a grid of 20, in the colour of the text, silent to ears. */

import { html } from "../vendor/preact.js";

const PATHS = {
  send: "M10 16V4M5 9l5-5 5 5",
  attach: "M13.5 6 7.6 11.9a1.6 1.6 0 0 0 2.3 2.3l5.7-5.8a3.3 3.3 0 0 0-4.7-4.6L5 9.7a5 5 0 0 0 7 7l5-5",
  back: "M12.5 4 6.5 10l6 6",
  close: "M5 5l10 10M15 5 5 15",
  call: "M6.5 3.5 8.7 7 7 8.8a9 9 0 0 0 4.2 4.2L13 11.300l3.500 2.200c0 1.800-1.200 3-2.800 3C8 16.500 3.500 12 3.500 6.300c0-1.600 1.200-2.800 3-2.800Z",
  clock: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 6v4.3l2.8 1.7",
  care: "M10 16.5C6 13.700 3 11 3 7.800A3.800 3.800 0 0 1 10 5.700a3.800 3.800 0 0 1 7 2.100c0 3.200-3 5.900-7 8.700Z",
  bell: "M5 8a5 5 0 0 1 10 0c0 4 1.500 5 1.500 5h-13S5 12 5 8ZM8.500 16a1.700 1.700 0 0 0 3 0",
  file: "M6 2.500h5.500L15 6v11.500H6zM11 2.500V6.500h4",
  down: "M10 4v12M5 11l5 5 5-5",
  check: "M3.500 10.500 7.500 14.500 16 6",
  checks: "M1.500 10.500 5.500 14.500 13 6.500M9.500 13.500l1 1L18 6.500",
  warn: "M10 3 18 16.500H2zM10 8.500v3.500M10 14.300v.1",
  star: "M10 2.800 12.200 7.500 17.300 8.100 13.500 11.600 14.500 16.700 10 14.200 5.500 16.700 6.500 11.600 2.700 8.100 7.800 7.500Z",
  leave: "M8 4H4v12h4M12 6l4 4-4 4M7.500 10H16",
  swap: "M4 7h11l-3-3M16 13H5l3 3",
  place: "M10 17.500s5.500-4.700 5.500-9a5.500 5.500 0 0 0-11 0c0 4.300 5.500 9 5.500 9ZM10 10.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
};

/** @param {{ name: keyof typeof PATHS }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}
