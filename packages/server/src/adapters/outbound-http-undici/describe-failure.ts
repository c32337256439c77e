import type { OutboundFailure } from "../../ports/outbound-http/port.ts";

export type Failure = { code: OutboundFailure; detail: string };

const tlsWords: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's chain ends in an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate's authority is unknown",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's authority is unknown",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's authority is unknown",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another name",
  CERT_REVOKED: "the certificate was revoked",
  ECONNRESET: "the connection was closed during the TLS handshake",
  EPROTO: "the receiver does not speak TLS, or none of our versions",
  ERR_SSL_WRONG_VERSION_NUMBER: "the receiver does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the receiver does not speak TLS",
};

/** Words for an error of the TLS handshake; the code is a fixed name of OpenSSL or Node. */
export const describeTlsError = (code: string): string => tlsWords[code] ?? "the TLS handshake failed";

const bySystemCode: Readonly<Record<string, Failure>> = {
  ECONNRESET: { code: "connection_reset", detail: "the receiver reset the connection before it answered" },
  EPIPE: { code: "connection_reset", detail: "the receiver closed the connection before the request was sent" },
  UND_ERR_SOCKET: { code: "connection_reset", detail: "the receiver closed the connection before it answered" },
  UND_ERR_HEADERS_OVERFLOW: { code: "headers_too_large", detail: "the answer's headers are larger than 16 KiB" },
  UND_ERR_INVALID_ARG: { code: "invalid_request", detail: "the request has a header or path that can not be sent" },
  UND_ERR_DESTROYED: { code: "closed", detail: "the client is closed" },
  UND_ERR_CLOSED: { code: "closed", detail: "the client is closed" },
};

/**
 * What a client error means. Its message is only compared with undici's own fixed words, never handed on: messages
 * of HTTP clients hold URLs, and URLs hold secrets.
 */
export function describeClientError(error: Error): Failure {
  if (error.message === "bad response" || error.message === "bad upgrade") return { code: "protocol_error", detail: "the answer is one that was not asked for" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return bySystemCode[code] ?? { code: "protocol_error", detail: "the answer is not HTTP/1.1" };
}
