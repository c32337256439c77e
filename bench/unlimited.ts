/** Settings of a server that is measured: one key does all of it, as fast as it can. */
export const unlimited = { BELLHOP_RATE_LIMIT_KEY: "0", BELLHOP_RATE_LIMIT_TEAM: "0", BELLHOP_RATE_LIMIT_ADDRESS: "0" };
