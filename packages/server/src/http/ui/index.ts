import type { FastifyInstance, FastifyRequest } from "fastify";
import { Failure } from "../../domain/failure.ts";
import type { Services } from "../../features/services.ts";
import { verifyLogin } from "../../features/sessions/index.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import { originOf } from "../origin-of.ts";
import { isSameOrigin } from "../same-origin.ts";
import { sendPage } from "./page.ts";
import { apiKeyPage, homePage, refusedPage, signInPage } from "./pages.ts";

type UiServices = Pick<Services, "db" | "random" | "ids" | "clock" | "publicUrl">;

const formBytes = 16 << 10;

/** The pages: what this is, and /authorize, where `wandb login` sends its users. */
export async function uiRoutes(app: FastifyInstance, { services }: { services: UiServices }): Promise<void> {
  await app.register((ui, _empty, done) => {
    ui.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string", bodyLimit: formBytes }, (_request, text, parsed) => parsed(null, new URLSearchParams(text.toString())));
    ui.get("/", (_request, reply) => sendPage(reply, 200, homePage()));
    ui.get("/authorize", (_request, reply) => sendPage(reply, 200, signInPage({ username: "", problem: null })));
    ui.post("/authorize", async (request, reply) => {
      const { status, page, retryAfterSeconds = null } = await signIn(services, request);
      if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds);
      return sendPage(reply, status, page);
    });
    done();
  });
}

type Outcome = { status: number; page: Parameters<typeof sendPage>[2]; retryAfterSeconds?: number | null };

async function signIn(services: UiServices, request: FastifyRequest): Promise<Outcome> {
  if (!isSameOrigin(request, services.publicUrl)) return { status: 403, page: refusedPage() };
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const username = form.get("username") ?? "";
  try {
    const viewer = await verifyLogin(services, originOf(request), { username, password: form.get("password") ?? "" });
    if (viewer === null) return { status: 401, page: signInPage({ username, problem: "User name and password do not fit." }) };
    const key = await createApiKey(services, { ...viewer, origin: { ...originOf(request), credential: null } }, { description: `authorize page ${services.clock.now().toISOString().slice(0, 10)}` });
    return { status: 200, page: apiKeyPage({ username: viewer.username, apiKey: key.apiKey, publicUrl: services.publicUrl }) };
  } catch (error) {
    if (error instanceof Failure) return { status: error.status, page: signInPage({ username, problem: error.message }), retryAfterSeconds: error.retryAfterSeconds };
    throw error;
  }
}
