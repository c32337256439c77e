/** Headers that frame the message or address the next hop: they are the HTTP client's, a request may not set them. */
const reserved = new Set([
  "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "expect", "te", "trailer",
  "proxy-authorization", "proxy-connection", "accept-encoding", "http2-settings",
]);

/** Whether a request may not carry this header as its own; for saving a webhook and, again, for sending. */
export const isReservedHeader = (name: string): boolean => reserved.has(name.toLowerCase());
