import { keyOf } from "./ledger.ts";

/** Where aliases are added: a version of a collection, by somebody who may. */
export type Place = { url: string; key: string; artifactID: string; entity: string; project: string; collection: string };

const query = "mutation AddAliases($input: AddAliasesInput!) { result: addAliases(input: $input) { success } }";

/** True when the server acknowledged it; everything else is in doubt, and asked again, as the SDK does. */
export async function addAlias({ url, key, artifactID, entity, project, collection }: Place, alias: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      signal: AbortSignal.timeout(5_000),
      headers: { authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables: { input: { artifactID, aliases: [{ artifactCollectionName: collection, alias, entityName: entity, projectName: project }] } }, operationName: "" }),
    });
    const said = await answer.text();
    return answer.status === 200 && JSON.parse(said)?.data?.result?.success === true;
  } catch {
    return false;
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until it is acknowledged; fails after a minute. */
export async function addAliasSurely(place: Place, alias: string): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await addAlias(place, alias))) {
    if (performance.now() > end) throw new Error(`${alias} was not acknowledged within a minute`);
    await sleep(100);
  }
}

export type Load = {
  /** Keys of the deliveries that were promised so far. */
  promised: Set<string>;
  /** Times that a change was not acknowledged and had to be asked again. */
  askedAgain(): number;
  /** Begins nothing new, and waits until what was begun is acknowledged. */
  stop(): Promise<void>;
};

/** Changes that come all the time: each connection adds one alias after the other, with a pause between. Bounded by `most`. */
export function startLoad(place: Place, { tag, hooks, connections = 8, pauseMs = 40, most = 100_000 }: { tag: string; hooks: readonly string[]; connections?: number; pauseMs?: number; most?: number }): Load {
  const promised = new Set<string>();
  let [next, again, stopping] = [0, 0, false];
  const connection = async (): Promise<void> => {
    while (!stopping && next < most) {
      const alias = `${tag}-${next++}`;
      const end = performance.now() + 90_000;
      while (!(await addAlias(place, alias))) {
        again += 1;
        if (performance.now() > end) throw new Error(`${alias} was not acknowledged within 90 seconds`);
        await sleep(100);
      }
      for (const hook of hooks) promised.add(keyOf(hook, alias));
      await sleep(pauseMs);
    }
  };
  const running = Promise.all(Array.from({ length: connections }, connection));
  running.catch(() => undefined);
  return {
    promised,
    askedAgain: () => again,
    stop: async () => {
      stopping = true;
      await running;
    },
  };
}
