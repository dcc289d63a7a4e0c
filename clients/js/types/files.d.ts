export class Files {
    /**
     * @param {import("./calls.js").Ask} ask
     * @param {string} url of the server
     */
    constructor(ask: import("./calls.js").Ask, url: string);
    /**
     * @param {Blob | ArrayBuffer | ArrayBufferView} file
     * @param {UploadOptions} options
     * @returns {Promise<Attachment>}
     */
    upload(file: Blob | ArrayBuffer | ArrayBufferView, { name, control }: UploadOptions): Promise<Attachment>;
    /**
     * @param {string} id
     * @returns {Promise<Links>}
     */
    links(id: string): Promise<Links>;
    #private;
}
/**
 * Files: uploaded before the message that names them, and fetched by links that end.
 */
export type Attachment = import("./wire.js").Attachment;
/**
 * Whole addresses, which need no sign-in until `expires_at`: for `<img src>`, not for keeping.
 */
export type Links = Omit<Attachment, "thumbnail"> & {
    url: string;
    expires_at: string;
    thumbnail_url?: string | null;
};
/**
 * Files: uploaded before the message that names them, and fetched by links that end.
 */
export type UploadOptions = {
    /**
     * what it is shown as; a `File` brings its own
     */
    name?: string | undefined;
    /**
     * to give it up
     */
    control?: AbortController | undefined;
};
