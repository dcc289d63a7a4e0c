/**
 * What the browser knows and the server should: whether the page is in front, and when the network
 * is back. Where there is no page, nothing happens.
 *
 * @param {{ visible: (on: boolean) => void, hurry: () => void }} told
 * @returns {() => void} ends it
 */
export function watchPage(told: {
    visible: (on: boolean) => void;
    hurry: () => void;
}): () => void;
