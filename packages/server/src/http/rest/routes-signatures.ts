import { checkSignatureSchema, signatureVerdictSchema } from "@bellhop/contract";
import type { z } from "zod";
import { invalidAt } from "../../domain/failure.ts";
import type { SignatureQuestion } from "../../features/webhooks/index.ts";
import { checkSignatures } from "../../features/webhooks/index.ts";
import type { Route } from "./route.ts";
import { nothing, route } from "./route.ts";

type Asked = z.output<typeof checkSignatureSchema>;

function sourceOf({ webhook, secret, signatureEncoding }: Asked): SignatureQuestion["of"] {
  if ((webhook === undefined) === (secret === undefined)) throw invalidAt("webhook", "give either webhook or secret");
  return webhook === undefined ? { secret: secret ?? "", encoding: signatureEncoding } : { webhook };
}

function bodyOf({ body, bodyBase64 }: Asked): Buffer {
  if ((body === undefined) === (bodyBase64 === undefined)) throw invalidAt("body", "give either body or bodyBase64");
  return bodyBase64 === undefined ? Buffer.from(body ?? "") : Buffer.from(bodyBase64, "base64");
}

export const signatureRoutes: Route[] = [
  route({
    method: "POST", path: "/signatures/check", tag: "webhooks", summary: "Say why a signature does not verify: which of the usual mistakes leads to it",
    params: nothing, query: nothing, body: checkSignatureSchema, answer: signatureVerdictSchema, status: 200,
    handle: ({ services, viewer, body }) =>
      checkSignatures(services, viewer, {
        team: body.team,
        of: sourceOf(body),
        body: bodyOf(body),
        headers: body.headers,
        signature: body.signature ?? null,
        at: body.at === undefined ? null : new Date(body.at),
      }),
  }),
];
