/**
 * What the browser knows and the server should: whether the page is in front, and when the network
 * is back. Where there is no page, nothing happens.
 *
 * @param {{ visible: (on: boolean) => void, hurry: () => void }} told
 * @returns {() => void} ends it
 */
export function watchPage(told) {
  const page = globalThis.document;
  if (page === undefined || globalThis.addEventListener === undefined) return () => {};
  const look = () => {
    const on = page.visibilityState === "visible";
    told.visible(on);
    if (on) told.hurry();
  };
  const hurry = () => told.hurry();
  look();
  page.addEventListener("visibilitychange", look);
  globalThis.addEventListener("online", hurry);
  return () => {
    page.removeEventListener("visibilitychange", look);
    globalThis.removeEventListener("online", hurry);
  };
}
