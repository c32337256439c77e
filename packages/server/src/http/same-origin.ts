import type { FastifyRequest } from "fastify";

/**
 * Whether a form was sent from a page of this server. Browsers say so in Sec-Fetch-Site or Origin, which no page can
 * forge; a request with neither comes from no browser, and needs no protection from other sites.
 */
export function isSameOrigin(request: Pick<FastifyRequest, "headers" | "host">, publicUrl: string): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && (new URL(origin).host === request.host || origin === new URL(publicUrl).origin);
}

/** As isSameOrigin, but the browser has to have said so: for what a browser authenticates by itself, with a cookie. */
export const isFromOwnPage = (request: Pick<FastifyRequest, "headers" | "host">, publicUrl: string): boolean =>
  (request.headers["sec-fetch-site"] !== undefined || request.headers.origin !== undefined) && request.headers["sec-fetch-site"] !== "none" && isSameOrigin(request, publicUrl);
