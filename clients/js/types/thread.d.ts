/** The thread's calls over HTTP: what stands, what was read, and what the customer decides. */
export class ThreadCalls {
    /** @param {import("./calls.js").Ask} ask */
    constructor(ask: import("./calls.js").Ask);
    /** @returns {Promise<import("./wire.js").Thread>} */
    state(): Promise<import("./wire.js").Thread>;
    /**
     * @param {{ before?: number | string, limit?: number }} which
     * @returns {Promise<import("./wire.js").Page>}
     */
    messages({ before, limit }: {
        before?: number | string;
        limit?: number;
    }): Promise<import("./wire.js").Page>;
    /** @returns {Promise<import("./wire.js").Team>} */
    team(): Promise<import("./wire.js").Team>;
    /** @param {number} upto */
    read(upto: number): Promise<void>;
    /**
     * @param {number} upto
     * @param {string} [device_id]
     */
    ack(upto: number, device_id?: string): Promise<void>;
    /**
     * @param {number} conversation
     * @param {number} score
     * @param {string} [comment]
     * @returns {Promise<import("./wire.js").Rated>}
     */
    rate(conversation: number, score: number, comment?: string): Promise<import("./wire.js").Rated>;
    /**
     * @param {"wait" | "now"} choice
     * @returns {Promise<import("./wire.js").Covered>}
     */
    cover(choice: "wait" | "now"): Promise<import("./wire.js").Covered>;
    /**
     * @param {import("./wire.js").Preference} preference
     * @returns {Promise<import("./wire.js").Care>}
     */
    care(preference: import("./wire.js").Preference): Promise<import("./wire.js").Care>;
    #private;
}
