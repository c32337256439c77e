import type { AllowListEntry } from "./allow-list.ts";

/** What this server may call: the public internet, and what the operator adds to it. */
export type EndpointPolicy = {
  /** The development switch: `localhost`, `127.0.0.1` and `[::1]` may be called. */
  allowLoopback: boolean;
  allowedNetworks: readonly AllowListEntry[];
};

export const publicInternetOnly: EndpointPolicy = { allowLoopback: false, allowedNetworks: [] };
