import { reportOutcomeSchema } from "@bellhop/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { invalid, notFound } from "../../domain/failure.ts";
import { callbackPath } from "../../domain/outcome/callback-token.ts";
import { executionOfToken, reportOutcome } from "../../features/outcomes/index.ts";
import type { Services } from "../../features/services.ts";
import { originOf } from "../origin-of.ts";
import { answerError } from "../rest/answer-error.ts";
import { describeIssues } from "../rest/describe-issues.ts";
import { readJson } from "../rest/read-json.ts";

type Needs = Pick<Services, "db" | "secretStore" | "limits" | "log">;

const bodyBytes = 16 << 10;

/** POST /callbacks/<token>: where receivers report. Nobody signs in here; the token is the permission, for one execution. */
export async function callbackRoutes(app: FastifyInstance, { services }: { services: Needs }): Promise<void> {
  await app.register((callbacks, _empty, done) => {
    callbacks.removeAllContentTypeParsers();
    callbacks.addContentTypeParser("application/json", { parseAs: "string", bodyLimit: bodyBytes }, (_request, text, parsed) => {
      try {
        parsed(null, readJson(text.toString()));
      } catch (error) {
        return parsed(error instanceof Error ? error : new Error("unreadable body"));
      }
    });
    callbacks.setErrorHandler((error, request, reply) => answerError(services.log, error, request, reply));
    callbacks.route({
      method: "POST",
      url: `${callbackPath}:token`,
      // Before the body is read: a token that is none of ours costs one HMAC.
      preParsing: (request, _reply, _payload, next) => next(executionOf(services, request) === null ? notFound("Callback") : null),
      handler: async (request, reply) => {
        const executionId = executionOf(services, request);
        if (executionId === null) throw notFound("Callback");
        const report = reportOutcomeSchema.safeParse(request.body);
        if (!report.success) throw invalid(describeIssues(report.error.issues, reportOutcomeSchema));
        const { status, message = null, url = null } = report.data;
        await reportOutcome(services, executionId, { status, message, url }, originOf(request));
        return reply.code(204).header("cache-control", "no-store").send();
      },
    });
    done();
  });
}

function executionOf(services: Needs, { params }: FastifyRequest): string | null {
  const token = typeof params === "object" && params !== null && "token" in params ? params.token : null;
  return typeof token === "string" ? executionOfToken(services, token) : null;
}
