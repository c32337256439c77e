/** A client of the REST face, as thin as can be: tests look at what really comes back. */
export type Rest = {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  /** As call, but fails unless the status is 2xx. */
  ok(method: string, path: string, body?: unknown): Promise<Json>;
};

/** An answer of unknown shape, to be looked into: `answer["a"]?.["b"]`. */
export interface Json {
  readonly [key: string]: Json | undefined;
}

export const text = (json: Json | undefined): string => (json === undefined || json === null ? "" : String(json));
export const list = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : []);

export function rest(url: string, key: string): Rest {
  const call: Rest["call"] = async (method, path, body) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const said = await answer.text();
    return { status: answer.status, body: said === "" ? {} : JSON.parse(said) };
  };
  return {
    call,
    ok: async (method, path, body) => {
      const { status, body: answer } = await call(method, path, body);
      if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
}
