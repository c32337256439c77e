import type { FastifyReply, FastifyRequest } from "fastify";
import type { ErrorBody, ErrorCode } from "@bellhop/contract";
import { errorCatalogue } from "@bellhop/contract";
import { Failure } from "../../domain/failure.ts";
import { isRecord } from "../../kit/cast.ts";
import type { Log } from "../../kit/log.ts";

/** Which of our codes stands for what fastify itself refuses. */
const ofFramework: Record<string, { code: ErrorCode; message: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: "unsupported_media_type", message: "Send the body as application/json." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: "bad_request", message: "The body does not have the length that Content-Length says." },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "too_large", message: "The body is too large." },
};

/** Answers with what went wrong. What is not a Failure is a fault of ours: logged in full, told only by its request id. */
export function answerError(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = toFailure(error);
  if (failure !== null) return send(reply, failure);
  log.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions.url }, "a REST request failed");
  return send(reply, new Failure("internal", `Internal error of the server; its log has the details of request ${request.id}.`));
}

export function send(reply: FastifyReply, failure: Failure): FastifyReply {
  const body: ErrorBody = { error: { code: failure.code, message: failure.message, details: failure.details } };
  if (failure.code === "unauthenticated") reply.header("www-authenticate", 'Basic realm="Bellhop", charset="UTF-8", Bearer realm="Bellhop"');
  if (failure.retryAfterSeconds !== null) reply.header("retry-after", failure.retryAfterSeconds);
  return reply.code(errorCatalogue[failure.code].status).send(body);
}

function toFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error;
  if (!isFrameworkError(error)) return null;
  const known = ofFramework[error.code];
  if (known !== undefined) return new Failure(known.code, known.message);
  return error.statusCode < 500 ? new Failure("bad_request", error.message) : null;
}

const isFrameworkError = (error: unknown): error is { code: string; statusCode: number; message: string } =>
  error instanceof Error && isRecord(error) && typeof error["code"] === "string" && error["code"].startsWith("FST_") && typeof error["statusCode"] === "number";
