import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../../domain/failure.ts";
import type { LinkMethod, LinkRefusal } from "../../domain/signed-link/signed-link.ts";
import { verifyLinkByAny } from "../../domain/signed-link/signed-link.ts";
import { openRunFile, storeRunFile } from "../../features/runs/index.ts";
import type { Services } from "../../features/services.ts";
import { answerFailure } from "../answer-failure.ts";
import { runFilePath } from "./run-files-link.ts";

type FileParams = { Params: { id: string } };

/** PUT and GET of run files by signed links: the link is the permission, no API key is needed. Bodies are streamed. */
export async function runFileRoutes(app: FastifyInstance, options: { services: Services }): Promise<void> {
  const { services } = options;
  await app.register(async (scope) => {
    // The body goes to the object store as it comes, whatever it says it is: nothing may parse it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.setErrorHandler((error, request, reply) => answerFailure(error, { request, reply, log: services.log }));
    scope.put<FileParams>(runFilePathPattern, (request, reply) => upload(services, request, reply));
    scope.get<FileParams>(runFilePathPattern, { exposeHeadRoute: false }, (request, reply) => download(services, request, reply));
  });
}

const runFilePathPattern = "/storage/run-files/:id";

async function upload(services: Services, request: FastifyRequest<FileParams>, reply: FastifyReply): Promise<void> {
  const fileId = permittedFile(services, request, "PUT");
  const { headers } = request;
  await storeRunFile(services, fileId, {
    body: request.raw,
    sizeBytes: headers["content-length"] === undefined ? null : Number(headers["content-length"]),
    md5Base64: typeof headers["content-md5"] === "string" ? headers["content-md5"] : null,
    mimeType: mimeTypeOf(headers["content-type"]),
  });
  await reply.code(200).send();
}

async function download(services: Services, request: FastifyRequest<FileParams>, reply: FastifyReply): Promise<FastifyReply> {
  const fileId = permittedFile(services, request, "GET");
  const { file, content } = await openRunFile(services, fileId);
  const baseName = file.name.split("/").at(-1) ?? file.name;
  // What a script logged may be HTML: it is never shown as a page of ours.
  return reply
    .header("content-type", "application/octet-stream")
    .header("content-length", content.sizeBytes)
    .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(baseName.toWellFormed()).replace(/['()*]/g, escapeCharacter)}`)
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "default-src 'none'; sandbox")
    .header("cache-control", "private, no-store")
    .send(content.body);
}

const escapeCharacter = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const refusals: Readonly<Record<LinkRefusal, string>> = {
  expired: "The link has expired; ask for a new one.",
  bad_signature: "The link is not one of this server.",
  malformed: "The link is not one of this server.",
};

function permittedFile(services: Services, request: FastifyRequest<FileParams>, method: LinkMethod): number {
  const [path = "", query = ""] = request.raw.url?.split("?", 2) ?? [];
  const link = verifyLinkByAny({ method, path, query, now: services.clock.now() }, services.secretStore.deriveAll("links"));
  const fileId = Number(request.params.id);
  if (!link.ok) throw new Failure("forbidden", refusals[link.reason]);
  if (path !== runFilePath(fileId)) throw new Failure("forbidden", refusals.malformed);
  return fileId;
}

/** Only what looks like one is kept, without parameters. */
const mimeTypeOf = (header: string | undefined): string | null => /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(header ?? "")?.[0] ?? null;
