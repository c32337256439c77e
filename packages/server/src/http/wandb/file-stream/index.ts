import type { FastifyInstance, FastifyRequest } from "fastify";
import { Failure } from "../../../domain/failure.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import type { ReportReceipt } from "../../../features/runs/index.ts";
import { receiveReport } from "../../../features/runs/index.ts";
import type { Services } from "../../../features/services.ts";
import { note } from "../../../kit/unit-of-work.ts";
import { answerFailure } from "../../answer-failure.ts";
import { decodeReport } from "./decode-report.ts";
import { readBody } from "./read-body.ts";

export type FileStreamOptions = {
  services: Services;
  /** Null for a request without a key; throws "unauthenticated" for a wrong one. */
  authenticate(request: FastifyRequest): Promise<Viewer | null>;
  /** Told what a report brought. */
  ingested(lines: ReportReceipt["taken"]): void;
};

type PathParams = { Params: { entity: string; project: string; run: string } };

const mostKeys = 10_000;

/** POST /files/{entity}/{project}/{run}/file_stream: what a running script reports. */
export async function fileStreamRoutes(app: FastifyInstance, options: FileStreamOptions): Promise<void> {
  const { services } = options;
  const limits = { json: { maxDepth: services.limits.jsonDepth, maxKeys: mostKeys }, lineBytes: services.limits.logLineBytes };
  await app.register(async (scope) => {
    // The body is read here, with its own limits and after the key was checked.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.setErrorHandler((error, request, reply) => answerFailure(asOldClientsRead(error), { request, reply, log: services.log }));
    scope.post<PathParams>("/files/:entity/:project/:run/file_stream", async (request) => {
      const viewer = await options.authenticate(request);
      if (viewer === null) throw new Failure("unauthenticated", "Send an API key.");
      const text = await readBody(request.raw, request.headers["content-encoding"], { maxBytes: services.limits.fileStreamBytes });
      const receipt = await receiveReport(services, viewer, request.params, decodeReport(text, limits));
      options.ingested(receipt.taken);
      note({ historyLines: receipt.taken.history, points: receipt.taken.points });
      // Older clients read the first two; `stopped` makes the SDK end the script.
      return { exitcode: null, limits: {}, ...(receipt.stopped ? { stopped: true } : {}) };
    });
  });
}

/** An SDK of a year ago sends a report again and again when it is answered 422; 400 it takes as final. */
const asOldClientsRead = (error: unknown): unknown => (error instanceof Failure && error.code === "invalid" ? new Failure("bad_request", error.message, error.details) : error);
