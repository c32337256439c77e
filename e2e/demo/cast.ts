import { introduce } from "../support/people.ts";
import type { Cast } from "../support/people.ts";

export { signingSecret } from "../support/people.ts";

/** A new organization and team for each time that the demo is played on its data. */
export const introduceDemo = (url: string, adminKey: string, receiverUrl: string): Promise<Cast> => introduce({ url, adminKey, tag: `demo-${process.pid}-${Math.floor(performance.timeOrigin / 1_000).toString(36)}`, receiverUrl });
