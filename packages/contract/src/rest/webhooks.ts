import { z } from "zod";
import { nameSchema, timeSchema } from "./common.ts";
import { attemptSchema, reasonSchema } from "./executions.ts";

const method = z.enum(["POST", "PUT", "PATCH", "GET"]);
const signatureEncoding = z.enum(["base64", "hex", "sha256=hex"]).describe("Of X-Wandb-Signature");
const headers = z.record(z.string().max(128), z.string().max(8_192)).describe("Further headers; a value may hold ${SECRET}");
const secretName = nameSchema.nullable();

export const webhookSchema = z.object({
  id: z.uuid(),
  team: z.string(),
  name: z.string(),
  url: z.string(),
  accessToken: z.string().nullable().describe("Name of the secret that is sent as Authorization: Bearer"),
  secret: z.string().nullable().describe("Name of the secret that signs"),
  secrets: z.array(z.string()).describe("Names of further secrets that payloads and headers may use"),
  method,
  timeoutSeconds: z.number().describe("For everything: name, connection, TLS, headers and body of the answer"),
  retrySchedule: z.array(z.number().int()).nullable().describe("Seconds to wait before each attempt; null for the server's schedule"),
  concurrency: z.number().int().nullable().describe("Deliveries that may be under way at once; null for the server's setting"),
  signatureEncoding,
  headers: z.record(z.string(), z.string()),
  enabled: z.boolean(),
  breaker: z
    .object({
      state: z.enum(["closed", "open", "half_open"]).describe("open: deliveries wait; half_open: one attempt at a time goes through, and its outcome closes it or opens it again"),
      reason: reasonSchema.nullable().describe("How the attempt failed that opened it"),
      since: timeSchema.nullable().describe("Since when it is not closed"),
      probeAt: timeSchema.nullable().describe("When the next attempt goes through"),
      failures: z.number().int().describe("Failed attempts in a row"),
      failingSince: timeSchema.nullable().describe("When the first of them failed"),
    })
    .describe("The circuit breaker"),
  disabledReason: reasonSchema.nullable().describe("Why the server disabled it"),
  createdBy: z.string().nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});

export const backlogSchema = z.object({
  waiting: z.number().int().describe("Deliveries that wait, counted up to 10,000"),
  waitingIsAtLeast: z.boolean().describe("There are more"),
  inFlight: z.number().int().describe("Deliveries under way, over all processes"),
  oldestAt: timeSchema.nullable().describe("When the oldest of those that come next was planned"),
  nextAttemptAt: timeSchema.nullable().describe("When the next attempt may start"),
});

const options = {
  accessToken: secretName.exactOptional().describe("Name of the secret that is sent as Authorization: Bearer"),
  secret: secretName.exactOptional().describe("Name of the secret that signs"),
  secrets: z.array(nameSchema).exactOptional().describe("Names of further secrets that payloads and headers may use"),
  method: method.exactOptional(),
  timeoutSeconds: z.number().min(1).max(30).exactOptional().describe("For everything: name, connection, TLS, headers and body of the answer"),
  retrySchedule: z.array(z.number()).nullable().exactOptional().describe("Seconds to wait before each attempt, the first being 0, each give or take a fifth: [0, 5, 300]; null for the server's schedule"),
  concurrency: z.number().nullable().exactOptional().describe("Deliveries that may be under way at once, over all processes; null for the server's setting"),
  signatureEncoding: signatureEncoding.exactOptional(),
  headers: headers.exactOptional(),
};

const name = nameSchema;
const url = z.string().min(1).max(4_096);

export const createWebhookSchema = z.strictObject({ name, url, ...options });

export const updateWebhookSchema = z.strictObject({
  name: name.exactOptional(),
  url: url.exactOptional(),
  ...options,
  enabled: z.boolean().exactOptional().describe("true enables again what the server disabled"),
});

export const deleteWebhookQuerySchema = z.strictObject({
  force: z.enum(["true", "false"]).default("false").describe("Delete it although enabled automations call it; their deliveries then fail"),
});

export const testWebhookSchema = z.strictObject({
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).nullable().exactOptional().describe("A JSON object, or its text; may hold the variables of automations' payloads, filled with examples"),
});

/** What was sent and what came back. */
export const webhookTestSchema = attemptSchema.omit({ number: true, startedAt: true, finishedAt: true, nextAttemptAt: true });
