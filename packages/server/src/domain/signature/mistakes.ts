/** What can be wrong where a signature does not verify: one closed list, shown with its sentence. A code never changes its meaning. */
export const signatureMistakes = {
  // how the signature is written
  signature_missing: "There is no signature: neither X-Wandb-Signature nor webhook-signature is among the headers, and none was given.",
  signature_unreadable: "The signature is neither base64 nor hex of 32 bytes.",
  hex_for_base64: "The signature is written in hex where base64 is expected.",
  base64_for_hex: "The signature is written in base64 where hex is expected.",
  base64_of_hex: "The signature is base64 of its hex letters instead of base64 of its 32 bytes.",
  base64_url_alphabet: "The signature is in the base64 of URLs (- and _); + and / are expected.",
  base64_padding_missing: "The signature lacks the = at the end of its base64.",
  hex_upper_case: "The signature is in upper-case hex; lower case is expected, and the texts are compared letter by letter.",
  prefix_missing: "The signature lacks the sha256= in front.",
  prefix_doubled: "The signature has sha256= in front more than once.",
  prefix_unexpected: "The signature has sha256= in front where none is expected.",
  version_missing: "The signature lacks the v1, in front.",
  version_unexpected: "The signature has the v1, of Standard Webhooks in front where none is expected.",
  signature_whitespace: "The signature has white space around it.",
  // which secret
  previous_secret: "The secret's value of before its last rotation was used.",
  other_secret: "Another secret of the same webhook was used.",
  secret_not_decoded: "The secret was used letter by letter; what stands behind whsec_ has to be decoded from base64 first.",
  secret_decoded: "The secret was decoded from base64; X-Wandb-Signature uses its letters as they are, whsec_ included.",
  secret_prefix_cut: "The letters behind whsec_ were used as they are; Standard Webhooks decodes them from base64, X-Wandb-Signature takes whsec_ with them.",
  secret_newline: "The secret was used with a line break at its end.",
  wrong_secret: "The body is the one that was delivered, so another secret was used.",
  // what was signed
  id_and_timestamp_missing: "Only the body was signed; Standard Webhooks signs <webhook-id>.<webhook-timestamp>.<body>.",
  id_missing: "The id was left out; Standard Webhooks signs <webhook-id>.<webhook-timestamp>.<body>.",
  timestamp_missing: "The timestamp was left out; Standard Webhooks signs <webhook-id>.<webhook-timestamp>.<body>.",
  id_and_timestamp_signed: "<webhook-id>.<webhook-timestamp>.<body> was signed; X-Wandb-Signature is of the body alone.",
  headers_missing: "webhook-id and webhook-timestamp are needed to check this signature.",
  // the body
  json_reserialised: "The body is the same JSON value in other bytes: it was parsed and written again. Keep the bytes as they arrive.",
  trailing_newline_added: "The body has a line break at its end that was not signed.",
  trailing_newline_missing: "What was signed has a line break at its end that the body has not (echo adds one; echo -n does not).",
  crlf_for_lf: "The body's line breaks are CR LF where LF was signed.",
  lf_for_crlf: "The body's line breaks are LF where CR LF was signed.",
  byte_order_mark: "The body begins with a byte order mark on one side only.",
  wrong_charset: "The body was read or written in another character set than UTF-8.",
  body_cut_short: "The body is only the beginning of what was delivered.",
  body_changed: "The body is another value than the one that was delivered.",
  // the time
  timestamp_too_old: "webhook-timestamp is more than five minutes before the time of the check: the delivery is old, or the clock goes fast.",
  timestamp_in_future: "webhook-timestamp is more than five minutes after the time of the check: the clock goes slow.",
  timestamp_unreadable: "webhook-timestamp is not a number of seconds since 1970.",
  // none of these
  no_match: "The signature fits neither this secret nor any mistake that is known: another secret was used, or the body is another one.",
} as const satisfies Record<string, string>;

export type SignatureMistakeCode = keyof typeof signatureMistakes;

/** `detail` says more about this case; never anything of a secret or of a body. */
export type SignatureMistake = { code: SignatureMistakeCode; detail: string | null };

export const mistake = (code: SignatureMistakeCode, detail: string | null = null): SignatureMistake => ({ code, detail });
