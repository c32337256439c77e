import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure, notFound } from "../../domain/failure.ts";
import type { Content } from "../../features/artifacts/index.ts";
import { findBlobContent, findCollectionContent, findEntityContent, findManifestContent, receiveBlob, receiveManifest } from "../../features/artifacts/index.ts";
import type { Services } from "../../features/services.ts";
import type { Authenticate } from "../authenticate.ts";
import { presentedLink, uploadOf } from "./artifact-link.ts";
import { sendContent } from "./artifact-send.ts";
import { answerFailure } from "../answer-failure.ts";

type BlobParams = { Params: { entityId: string; md5Hex: string } };
type ManifestParams = { Params: { id: string } };
type FallbackParams = { Params: { entity: string; project: string; collection: string; md5Hex: string; name: string } };
type OldFallbackParams = { Params: { entity: string; md5Hex: string } };

const blobRoute = "/storage/artifact-blobs/:entityId(^\\d{1,15}$)/:md5Hex(^[0-9a-f]{32}$)";
const manifestRoute = "/storage/artifact-manifests/:id(^\\d{1,15}$)";
const shared = "/artifactsV2/:region/:entity/:project/:collection";

/** Content of artifacts: by signed links, which are their own permission, and by the addresses that the SDK makes up itself, with an API key. */
export async function artifactStorageRoutes(app: FastifyInstance, options: { services: Services; authenticate: Authenticate }): Promise<void> {
  const { services } = options;
  await app.register(async (scope) => {
    // The body goes to the object store as it comes, whatever it says it is: nothing may parse it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.setErrorHandler((error, request, reply) => answerFailure(error, { request, reply, log: services.log }));
    linkRoutes(scope, services);
    fallbackRoutes(scope, options);
  });
}

function linkRoutes(scope: FastifyInstance, services: Services): void {
  scope.put<BlobParams>(blobRoute, async (request, reply) => {
    const { claims } = presentedLink(services, request, "PUT");
    const blob = { entityId: Number(request.params.entityId), md5Hex: request.params.md5Hex, artifactId: Number(claims["artifact"]) };
    await receiveBlob(services, blob, uploadOf(request));
    return reply.code(200).send();
  });
  scope.put<ManifestParams>(manifestRoute, async (request, reply) => {
    const { claims } = presentedLink(services, request, "PUT");
    await receiveManifest(services, { manifestId: Number(request.params.id), objectKey: claims["object"] ?? "" }, uploadOf(request));
    return reply.code(200).send();
  });
  scope.get<BlobParams>(blobRoute, { exposeHeadRoute: false }, async (request, reply) => {
    const { claims } = presentedLink(services, request, "GET");
    const content = await findBlobContent(services, Number(request.params.entityId), request.params.md5Hex);
    return send(services, content, { request, reply, name: claims["name"] ?? request.params.md5Hex });
  });
  scope.get<ManifestParams>(manifestRoute, { exposeHeadRoute: false }, async (request, reply) => {
    presentedLink(services, request, "GET");
    return send(services, await findManifestContent(services, Number(request.params.id)), { request, reply, name: "wandb_manifest.json" });
  });
}

/** Birth version and, in newer clients, version are in these addresses too: here content is found by its MD5 alone. */
function fallbackRoutes(scope: FastifyInstance, { services, authenticate }: { services: Services; authenticate: Authenticate }): void {
  const download = async (request: FastifyRequest<FallbackParams>, reply: FastifyReply): Promise<FastifyReply> => {
    const viewer = await authenticate(request);
    if (viewer === null) throw new Failure("unauthenticated", "Send an API key.");
    return send(services, await findCollectionContent(services, viewer, request.params), { request, reply, name: request.params.name });
  };
  scope.get<FallbackParams>(`${shared}/:birthId/:md5Hex(^[0-9a-f]{32}$)/:name`, { exposeHeadRoute: false }, download);
  scope.get<FallbackParams>(`${shared}/:artifactId/:birthId/:md5Hex(^[0-9a-f]{32}$)/:name`, { exposeHeadRoute: false }, download);
  scope.get<OldFallbackParams>("/artifacts/:entity/:md5Hex(^[0-9a-f]{32}$)", { exposeHeadRoute: false }, async (request, reply) => {
    const viewer = await authenticate(request);
    if (viewer === null) throw new Failure("unauthenticated", "Send an API key.");
    const { entity, md5Hex } = request.params;
    return send(services, await findEntityContent(services, viewer, entity, md5Hex), { request, reply, name: md5Hex });
  });
}

async function send(services: Services, content: Content | null, to: { request: FastifyRequest; reply: FastifyReply; name: string }): Promise<FastifyReply> {
  if (content === null) throw notFound("File");
  return sendContent(services, content, to);
}
