import { z } from "zod";
import { nameSchema } from "./common.ts";

export const checkSignatureSchema = z.strictObject({
  team: nameSchema.describe("Name of the team, or user, that owns the webhook or secret"),
  webhook: nameSchema.exactOptional().describe("Id or name of the webhook that was delivered to"),
  secret: nameSchema.exactOptional().describe("In place of webhook: name of the secret that signs"),
  signatureEncoding: z.enum(["base64", "hex", "sha256=hex"]).default("base64").describe("With secret: the form in which X-Wandb-Signature is expected; a webhook says it itself"),
  body: z.string().exactOptional().describe("The body as the receiver has it, as text in UTF-8"),
  bodyBase64: z.base64().exactOptional().describe("In place of body: its exact bytes in base64"),
  headers: z.record(z.string().max(128), z.string().max(8_192)).default({}).describe("Headers as they arrived; X-Wandb-Signature, webhook-id, webhook-timestamp and webhook-signature are looked at"),
  signature: z.string().max(1_024).exactOptional().describe("A signature that the receiver has computed itself"),
  at: z.iso.datetime({ offset: true }).exactOptional().describe("When the request arrived, by the receiver's clock; now when it is left out"),
});

const mistake = z.object({
  code: z.string().describe("Never changes its meaning; docs/reference/signature-mistakes.md lists them"),
  text: z.string(),
  detail: z.string().nullable(),
});

export const signatureVerdictSchema = z.object({
  valid: z.boolean(),
  verdict: z.string().describe("`valid`, or the code of the first mistake"),
  text: z.string(),
  signatures: z.array(z.object({ header: z.string().describe("The header that holds it; `signature` for one that was given by itself"), valid: z.boolean(), mistakes: z.array(mistake) })),
  comparedWithDelivery: z.boolean().describe("Whether the body could be compared with what was delivered: webhook-id is one of this webhook's deliveries"),
});
