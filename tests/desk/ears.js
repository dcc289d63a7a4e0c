// What live regions say, as a screen reader hears it: additions and changed text of regions that
// stood there before, politely or not; an alert also when it comes with its words. What stands
// behind an open dialog, or is hidden, is heard by nobody, and is written down as that.
(() => {
  const IMPLIED = { status: "polite", log: "polite", alert: "assertive" };
  window.ears = [];

  const manner = (element) =>
    element.getAttribute("aria-live") ?? IMPLIED[element.getAttribute("role")] ?? null;
  const regionOf = (node) => {
    for (let at = node; at !== null; at = at.parentElement) {
      if (at.nodeType === Node.ELEMENT_NODE && manner(at) !== null) return at;
    }
    return null;
  };
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.getAttribute("aria-hidden") === "true" || !node.checkVisibility()) return "";
    return [...node.childNodes].map(words).join(" ");
  };
  const reached = (element) => {
    const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
    const shown = element.checkVisibility() && element.closest('[aria-hidden="true"], [inert]') === null;
    return shown && (modal === undefined || modal.contains(element));
  };
  const say = (region, text) => {
    const plain = text.replace(/\s+/gu, " ").trim();
    const how = manner(region);
    if (plain === "" || how === "off" || region.getAttribute("aria-busy") === "true") return;
    window.ears.push(`${reached(region) ? how : "unheard"}: ${plain}`);
  };
  const whole = (region) =>
    (region.getAttribute("aria-atomic") ?? `${["status", "alert"].includes(region.getAttribute("role"))}`) === "true";

  new MutationObserver((records) => {
    const fresh = new Map();
    for (const { type, target, addedNodes } of records) {
      const region = regionOf(type === "characterData" ? target.parentElement : target);
      const came = type === "characterData" ? [target] : [...addedNodes];
      if (region !== null && came.length > 0) fresh.set(region, [...(fresh.get(region) ?? []), ...came]);
      if (region !== null) continue;
      for (const node of came) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        for (const alert of [node, ...node.querySelectorAll("*")].filter((one) => manner(one) === "assertive")) {
          fresh.set(alert, [alert]);
        }
      }
    }
    for (const [region, nodes] of fresh) {
      if (region.isConnected) say(region, whole(region) ? words(region) : nodes.map(words).join(" "));
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
})();
