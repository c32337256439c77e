import type { FastifyInstance, FastifyRequest } from "fastify";
import { Failure } from "../../domain/failure.ts";
import type { Services } from "../../features/services.ts";
import type { VerifyLogin } from "../../features/tokens/index.ts";
import { createApiKey, makeVerifyLogin } from "../../features/tokens/index.ts";
import { sendPage } from "./page.ts";
import { apiKeyPage, homePage, refusedPage, signInPage } from "./pages.ts";
import { isSameOrigin } from "./same-origin.ts";

type UiServices = Pick<Services, "db" | "random" | "ids" | "clock" | "publicUrl">;

const formBytes = 16 << 10;

/** The pages: what this is, and /authorize, where `wandb login` sends its users. */
export async function uiRoutes(app: FastifyInstance, { services }: { services: UiServices }): Promise<void> {
  const verifyLogin = makeVerifyLogin(services);
  await app.register((ui, _empty, done) => {
    ui.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string", bodyLimit: formBytes }, (_request, text, parsed) => parsed(null, new URLSearchParams(text.toString())));
    ui.get("/", (_request, reply) => sendPage(reply, 200, homePage()));
    ui.get("/authorize", (_request, reply) => sendPage(reply, 200, signInPage({ username: "", problem: null })));
    ui.post("/authorize", async (request, reply) => {
      const { status, page } = await signIn(services, verifyLogin, request);
      return sendPage(reply, status, page);
    });
    done();
  });
}

type Outcome = { status: number; page: Parameters<typeof sendPage>[2] };

async function signIn(services: UiServices, verifyLogin: VerifyLogin, request: FastifyRequest): Promise<Outcome> {
  if (!isSameOrigin(request, services.publicUrl)) return { status: 403, page: refusedPage() };
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const username = form.get("username") ?? "";
  try {
    const viewer = await verifyLogin({ username, password: form.get("password") ?? "", address: request.ip });
    if (viewer === null) return { status: 401, page: signInPage({ username, problem: "User name and password do not fit." }) };
    const key = await createApiKey(services, viewer, { description: `authorize page ${services.clock.now().toISOString().slice(0, 10)}` });
    return { status: 200, page: apiKeyPage({ username: viewer.username, apiKey: key.apiKey, publicUrl: services.publicUrl }) };
  } catch (error) {
    if (error instanceof Failure) return { status: error.status, page: signInPage({ username, problem: error.message }) };
    throw error;
  }
}
