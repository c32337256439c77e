import type { FastifyInstance } from "fastify";

/** Decoded JSON of unknown shape, for tests to reach into. */
export type Json = ReturnType<typeof JSON.parse>;

export type RestAnswer = { status: number; body: Json; headers: Headers };
export type RestClient = (method: string, path: string, body?: unknown) => Promise<RestAnswer>;

/** Starts the server on a free port; gives its address. */
export async function listen(app: FastifyInstance): Promise<string> {
  return app.listen({ host: "127.0.0.1", port: 0 });
}

/** Calls the REST face over a real socket, with a key. */
export const restClient = (address: string, apiKey: string | null): RestClient => async (method, path, body) => {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: { ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const decoded: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, body: decoded, headers: response.headers };
};
