import { reportOutcomeSchema } from "@bellhop/contract";
import { z } from "zod";

/** The POST that a webhook's receiver gets, as openapi.json tells it. */
const header = (description: string, example: string, required = false): object => ({ required, description, schema: { type: "string" }, example });

const { $schema: _dialect, ...reportBody } = z.toJSONSchema(reportOutcomeSchema, { io: "input" });

export const deliveryWebhook = {
  post: {
    operationId: "receiveDelivery",
    summary: "An automation fired: the request that Bellhop sends to a webhook's URL",
    description:
      "Sent at least once. Answer 2xx within the webhook's timeout once the delivery is stored; any other answer is tried again on the retry schedule, except 410, which disables the webhook. A repetition carries the same webhook-id. Redirects are not followed.",
    security: [],
    parameters: [
      ["webhook-id", header("Id of the message, the same over all attempts and over redeliveries of the same bytes; use it to recognise a repetition", "msg_01890a5d-ac96-774b-bcce-b302099a8057", true)],
      ["webhook-timestamp", header("Unix time of this attempt, in seconds", "1700000000", true)],
      ["webhook-signature", header("Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`; several, separated by spaces, during a rotation. Sent when the webhook has a signing secret", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=")],
      ["x-wandb-signature", header("HMAC-SHA256 of the exact bytes of the body with the signing secret; base64, unless the webhook says hex. Sent when the webhook has a signing secret", "K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=")],
      ["x-wandb-signature-previous", header("The same with the signing secret's value of before a rotation, while its overlap lasts; several are separated by spaces. A receiver that still has the old secret compares with this one", "1PLg3P1Fsw5xJ9Wl4vYq2bMNE9nuIqlqgwPtTSmTSE8=")],
      ["authorization", header("`Bearer` and the access token. Sent when the webhook has one", "Bearer ••••")],
      ["user-agent", header("Bellhop and its version", "Bellhop/0.1.0", true)],
    ].map(([name, rest]) => ({ name, in: "header", ...(typeof rest === "object" ? rest : {}) })),
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { type: "object", additionalProperties: true, description: "The automation's payload, its variables filled in" },
          example: { event_type: "ADD_ARTIFACT_ALIAS", artifact: "vision-team/wandb-registry-model/mnist-classifier:production" },
        },
      },
    },
    callbacks: {
      report: {
        "{$request.body#/callback_url}": {
          post: {
            operationId: "reportOutcome",
            summary: "Report what became of the work that a delivery began; wherever the payload holds ${callback_url}",
            description: "The address is the permission, for this one execution. succeeded and failed are final: the same report again changes nothing, another one is a conflict.",
            security: [],
            requestBody: { required: true, content: { "application/json": { schema: reportBody } } },
            responses: { "204": { description: "Stored, or known already." }, default: { $ref: "#/components/responses/Error" } },
          },
        },
      },
    },
    responses: { "2XX": { description: "Delivered." }, "410": { description: "Gone: the webhook is disabled, nothing is sent to it any more." }, default: { description: "Tried again later." } },
  },
} as const;
