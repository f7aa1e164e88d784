/** Stands for `node:http2` in the bundles: undici loads it, and TLS with it, though no request here is HTTP/2. */
export const constants = {};
