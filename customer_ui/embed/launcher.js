/**
 * A button on a company's own page, and the customers' page in a frame behind it.
 *
 *     <script src="https://care.example.com/app/launcher.js" defer></script>
 *
 *     Pinbox.start({ token: async () => (await fetch("/pinbox-token")).text() });
 *
 * The token goes to the frame by `postMessage`, and to this server's origin alone.
 */

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { origin } = new URL(script.src);
  const TRIES = 5;
  const PAUSE_MS = 2_500;

  /**
   * @param {object} options
   * @param {() => string | Promise<string>} options.token a new token each time; `""` where nobody is signed in;
   *   one that rejects is called again for some seconds
   * @param {string} [options.color]
   * @param {string} [options.name]
   * @param {string} [options.logo] a photo of the Pinbox server, as `/v1/photos/…`
   * @param {string} [options.label] what the button is called
   * @param {Element} [options.into] an element to fill with the page, in place of a button
   */
  function start({ token, color = "#1c5fb8", name, logo, label = "Messages", into }) {
    const frame = document.createElement("iframe");
    const say = (/** @type {object} */ message) => frame.contentWindow?.postMessage(message, origin);
    frame.title = label;
    frame.allow = "clipboard-write";
    frame.src = `${origin}/app`;
    const hear = async (/** @type {MessageEvent} */ { source, origin: from, data }) => {
      if (source !== frame.contentWindow || from !== origin) return;
      if (data?.pinbox === "ready") say({ pinbox: "theme", color, name, logo });
      if (data?.pinbox === "token?") await hand();
      if (into !== undefined) return;
      if (data?.pinbox === "unread") badge(data.count);
      if (data?.pinbox === "close") show(false);
    };
    // One that fails is tried again for as long as the frame waits for it.
    const hand = async () => {
      for (let tries = 0; tries < TRIES && frame.isConnected; tries += 1) {
        try {
          return say({ pinbox: "token", token: await token() });
        } catch (error) {
          console.warn("Pinbox: no token was to be had", error);
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      return undefined;
    };
    const escape = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && show(false);
    addEventListener("message", hear);
    if (into !== undefined) {
      Object.assign(frame.style, { border: "0", width: "100%", height: "100%" });
      into.append(frame);
      return { open() {}, close() {}, remove: () => end(frame) };
    }

    const button = document.createElement("button");
    button.type = "button";
    Object.assign(button.style, {
      position: "fixed", insetBlockEnd: "1rem", insetInlineEnd: "1rem", zIndex: "2147483000",
      minHeight: "3.5rem", padding: "0 1.5rem", border: "0", borderRadius: "2rem", cursor: "pointer",
      background: color, color: isDark(color) ? "#fff" : "#000", font: "600 1rem/1 system-ui, sans-serif",
      boxShadow: "0 .5rem 1.5rem #0004",
    });
    Object.assign(frame.style, {
      position: "fixed", insetBlockEnd: "5.5rem", insetInlineEnd: "1rem", zIndex: "2147483000",
      width: "min(26rem, calc(100vw - 2rem))", height: "min(44rem, calc(100dvh - 7rem))",
      border: "0", borderRadius: "1rem", boxShadow: "0 1rem 3rem #0005",
    });
    /** @param {number} count */
    function badge(count) {
      button.textContent = count > 0 ? `${label} (${count})` : label;
    }
    /** @type {Element | null} who had the focus when it was opened */
    let opener = null;
    /** @param {boolean} on */
    function show(on) {
      if (on === !frame.hidden) return;
      const inside = document.activeElement === frame;
      frame.hidden = !on;
      button.setAttribute("aria-expanded", String(on));
      if (on) {
        opener = document.activeElement;
        // A frame that nobody has opened costs nothing.
        if (!frame.isConnected) button.before(frame);
        frame.focus();
      } else if (inside) back();
    }
    /** Who went in from somewhere is there again; where that is no more, at the button. */
    function back() {
      const there = opener !== null && opener !== document.body && opener.isConnected;
      /** @type {HTMLElement} */ (there ? opener : button).focus();
    }
    button.onclick = () => show(button.getAttribute("aria-expanded") !== "true");
    addEventListener("keydown", escape);
    badge(0);
    frame.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.body.append(button);
    const remove = () => {
      show(false);
      end(button, frame);
    };
    return { open: () => show(true), close: () => show(false), remove };

    /** @param {...Element} all */
    function end(...all) {
      removeEventListener("message", hear);
      removeEventListener("keydown", escape);
      for (const one of all) one.remove();
    }
  }

  /** @param {string} color `#rrggbb` */
  function isDark(color) {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
    return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2 < 0.18;
  }

  Object.assign(globalThis, { Pinbox: { start } });
})();
