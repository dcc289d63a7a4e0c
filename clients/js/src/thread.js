/** The thread's calls over HTTP: what stands, what was read, and what the customer decides. */

export class ThreadCalls {
  #ask;

  /** @param {import("./calls.js").Ask} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @returns {Promise<import("./wire.js").Thread>} */
  async state() {
    return this.#ask("GET", "/v1/thread");
  }

  /**
   * @param {{ before?: number | string, limit?: number }} which
   * @returns {Promise<import("./wire.js").Page>}
   */
  async messages({ before, limit = 50 }) {
    return this.#ask("GET", "/v1/thread/messages", { query: { before, limit } });
  }

  /** @returns {Promise<import("./wire.js").Team>} */
  async team() {
    return this.#ask("GET", "/v1/team");
  }

  /** @param {number} upto */
  async read(upto) {
    await this.#ask("POST", "/v1/thread/read", { body: { upto } });
  }

  /**
   * @param {number} upto
   * @param {string} [device_id]
   */
  async ack(upto, device_id) {
    await this.#ask("POST", "/v1/thread/ack", { body: { upto, device_id } });
  }

  /**
   * @param {number} conversation
   * @param {number} score
   * @param {string} [comment]
   * @returns {Promise<import("./wire.js").Rated>}
   */
  async rate(conversation, score, comment) {
    const path = `/v1/conversations/${conversation}/rating`;
    return this.#ask("PUT", path, { body: { score, comment } });
  }

  /**
   * @param {"wait" | "now"} choice
   * @returns {Promise<import("./wire.js").Covered>}
   */
  async cover(choice) {
    return this.#ask("POST", "/v1/thread/cover", { body: { choice } });
  }

  /**
   * @param {import("./wire.js").Preference} preference
   * @returns {Promise<import("./wire.js").Care>}
   */
  async care(preference) {
    return this.#ask("PUT", "/v1/care", { body: { preference } });
  }
}
