import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFirstAdministrator } from "../../features/teams/index.ts";
import { silentLog } from "../../kit/log.ts";
import type { TestDatabase } from "../../testing/database.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import { asking } from "../testing/asking.ts";
import { listen } from "../testing/rest-client.ts";
import { testServices } from "../../testing/services.ts";
import { uiRoutes } from "./index.ts";

let database: TestDatabase;
let app: FastifyInstance;
let address: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const services = testServices(database.db);
  await createFirstAdministrator(services, { username: "root", password: "correct horse", apiKey: null });
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await uiRoutes(app, { services });
  address = await listen(app);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const signIn = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> => fetch(`${address}/authorize`, { method: "POST", body: new URLSearchParams(fields), headers });
const right = { username: "root", password: "correct horse" };

describe("/authorize", () => {
  test("a user who signs in gets a new key that works, shown with the lines that point wandb here", async () => {
    const answer = await signIn(right, { "sec-fetch-site": "same-origin" });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toContain("export WANDB_BASE_URL=http://bellhop.test:8080");
    const apiKey = /WANDB_API_KEY=([a-z2-7]{40})/.exec(text)?.[1] ?? "";
    expect(await makeAuthenticate(testServices(database.db))(asking({ authorization: `Bearer ${apiKey}` }))).toMatchObject({ username: "root" });
  });

  test("a wrong password is 401 and keeps the user name, escaped", async () => {
    const answer = await signIn({ username: '"><script>alert(1)</script>', password: "wrong" });
    const text = await answer.text();
    expect(answer.status).toBe(401);
    expect(text).toContain("User name and password do not fit.");
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).not.toContain("<script>");
  });

  test.each([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a sibling site", { "sec-fetch-site": "same-site" }],
    ["another origin", { origin: "https://evil.example" }],
    ["an opaque origin", { origin: "null" }],
  ])("a form from %s is refused, though the password is right", async (_what, headers) => {
    const answer = await signIn(right, headers);
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain("WANDB_API_KEY=");
  });

  test("a form from the server's own origin is taken, in browsers without Sec-Fetch-Site too", async () => {
    expect((await signIn(right, { origin: address })).status).toBe(200);
    expect((await signIn(right, { origin: "http://bellhop.test:8080" })).status).toBe(200);
  });

  test("after ten wrong passwords even the right one is refused for a while", async () => {
    for (let count = 0; count < 10; count++) await signIn({ username: "victim", password: "wrong" });
    expect((await signIn({ username: "victim", password: "wrong" })).status).toBe(429);
  });

  test("another type of body, and a huge one, are refused", async () => {
    expect((await fetch(`${address}/authorize`, { method: "POST", body: "x", headers: { "content-type": "text/csv" } })).status).toBe(415);
    expect((await signIn({ username: "x".repeat(20_000), password: "x" })).status).toBe(413);
  });
});

describe("pages", () => {
  test.each(["/", "/authorize", "/authorize?ref=models"])("%s runs no script, is not stored, and cannot be framed", async (path) => {
    const answer = await fetch(address + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-frame-options")).toBe("DENY");
    expect(await answer.text()).not.toContain("<script");
  });

  test("every field of the form has a label", async () => {
    const text = await (await fetch(`${address}/authorize`)).text();
    for (const [, id] of text.matchAll(/<input id="(\w+)"/g)) expect(text).toContain(`<label for="${id}">`);
    expect(text).toContain("<html lang=\"en\">");
  });
});
