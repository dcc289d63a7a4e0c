/**
 * Files: uploaded before the message that names them, and fetched by links that end.
 *
 * @typedef {import("./wire.js").Attachment} Attachment
 *
 * @typedef {Omit<Attachment, "thumbnail"> & { url: string, expires_at: string,
 *   thumbnail_url?: string | null }} Links
 *   Whole addresses, which need no sign-in until `expires_at`: for `<img src>`, not for keeping.
 *
 * @typedef {object} UploadOptions
 * @property {string} [name] what it is shown as; a `File` brings its own
 * @property {AbortController} [control] to give it up
 */

/** How long the server lets a file take. */
const PATIENCE_S = 900;

export class Files {
  #ask;
  #url;

  /**
   * @param {import("./calls.js").Ask} ask
   * @param {string} url of the server
   */
  constructor(ask, url) {
    this.#ask = ask;
    this.#url = url;
  }

  /**
   * @param {Blob | ArrayBuffer | ArrayBufferView} file
   * @param {UploadOptions} options
   * @returns {Promise<Attachment>}
   */
  async upload(file, { name = /** @type {{ name?: string }} */ (file).name, control }) {
    const query = { name: name || null };
    return this.#ask("POST", "/v1/uploads", { query, file, patience_s: PATIENCE_S, control });
  }

  /**
   * @param {string} id
   * @returns {Promise<Links>}
   */
  async links(id) {
    const found = await this.#ask("GET", `/v1/uploads/${encodeURIComponent(id)}`);
    const [url, thumbnail_url] = [this.#whole(found.url), this.#whole(found.thumbnail_url)];
    return { ...found, url, thumbnail_url };
  }

  /**
   * The server's own links have no host: a page on another origin needs one.
   *
   * @param {string | null | undefined} link
   */
  #whole(link) {
    return link?.startsWith("/") ? this.#url + link : (link ?? null);
  }
}
