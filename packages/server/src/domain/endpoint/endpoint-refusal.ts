/** Why an address that a tenant chose is not called. The exact code is for the audit log only. */
export const endpointRefusals = [
  "url_length",
  "url_characters",
  "url_placeholder",
  "url_syntax",
  "scheme",
  "userinfo",
  "host_syntax",
  "host_single_label",
  "host_reserved",
  "ip_literal",
  "port_blocked",
  "name_not_resolved",
  "address_not_public",
  "address_changed",
] as const;

export type EndpointRefusal = (typeof endpointRefusals)[number];

/** `where` names the host, port or address at fault; never path, query or userinfo, which may hold secrets. */
export type EndpointRefused = { ok: false; code: EndpointRefusal; where: string };

export const refuseEndpoint = (code: EndpointRefusal, where: string): EndpointRefused => ({ ok: false, code, where });

/** The one text that a tenant gets for every refusal: different texts would map the network behind us. */
export const endpointNotAllowed = "endpoint not allowed";
