import type { FastifyReply, FastifyRequest } from "fastify";
import { notFound } from "../../domain/failure.ts";
import type { Content } from "../../features/artifacts/index.ts";
import { openContent, sizeOfContent } from "../../features/artifacts/index.ts";
import type { Services } from "../../features/services.ts";
import { placeRange, readRange } from "./artifact-range.ts";

/** Sends content, or the one range of it that was asked for. It is a user's: no browser may show it as a page of ours. */
export async function sendContent(services: Pick<Services, "objects">, content: Content, to: { request: FastifyRequest; reply: FastifyReply; name: string }): Promise<FastifyReply> {
  const { request, reply, name } = to;
  const asked = readRange(request.headers.range);
  // Where a range counts from the end, its place is known only with the size.
  const size = asked?.kind === "last" ? await sizeOfContent(services, content) : 0;
  const stored = size === null ? null : await openContent(services, content, asked === null ? undefined : placeRange(asked, size));
  if (stored === null) throw notFound("File");
  reply
    .header("content-type", "application/octet-stream")
    .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, escapeCharacter)}`)
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "default-src 'none'; sandbox")
    .header("cache-control", "private, no-store")
    .header("accept-ranges", "bytes");
  if (asked === null) return reply.header("content-length", stored.sizeBytes).send(stored.body);
  if (stored.range === null) {
    stored.body.destroy();
    return reply.code(416).header("content-range", `bytes */${stored.sizeBytes}`).send();
  }
  const { start, end } = stored.range;
  return reply.code(206).header("content-range", `bytes ${start}-${end}/${stored.sizeBytes}`).header("content-length", end - start + 1).send(stored.body);
}

const escapeCharacter = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
