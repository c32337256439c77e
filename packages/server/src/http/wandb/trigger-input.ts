import { decodeId } from "../../domain/global-id.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import type { ActionInput, ScopeAddress } from "../../features/automations/index.ts";

export type ScopeType = "ARTIFACT_COLLECTION" | "ENTITY" | "PROJECT";

export type TriggeredActionConfig = {
  genericWebhookActionInput?: { integrationID: string; requestPayload?: string | null } | null;
  noOpActionInput?: { noOp?: boolean | null } | null;
};

/** The scope of a trigger; an id of another type answers like one of an object that does not exist. */
export function scopeFromWire(type: ScopeType, id: string): ScopeAddress {
  const { kind, idType, what } = scopes[type];
  const number = decodeId(idType, id);
  if (number === null) throw notFound(what);
  return { kind, id: number };
}

const scopes = {
  ARTIFACT_COLLECTION: { kind: "collection", idType: "ArtifactCollection", what: "Collection" },
  PROJECT: { kind: "project", idType: "Project", what: "Project" },
  ENTITY: { kind: "entity", idType: "Entity", what: "Team or organization" },
} as const;

/** The action of a trigger; throws invalid for one that this release lacks, and where type and config do not belong together. */
export function actionFromWire(type: string, config: TriggeredActionConfig): ActionInput {
  const given = Object.entries(config).flatMap(([key, value]) => (key !== "clientMutationId" && value !== null && value !== undefined ? [key] : []));
  const only = (key: string): void => {
    const other = given.find((name) => name !== key);
    if (other !== undefined) throw invalidAt(`triggeredActionConfig.${other}`, `does not belong to an action of type ${type}`);
  };
  switch (type) {
    case "GENERIC_WEBHOOK": {
      only("genericWebhookActionInput");
      const webhook = config.genericWebhookActionInput;
      if (webhook === null || webhook === undefined) throw invalidAt("triggeredActionConfig.genericWebhookActionInput", "is required for an action of type GENERIC_WEBHOOK");
      return { type, webhook: { id: webhook.integrationID }, payload: webhook.requestPayload ?? null };
    }
    case "NO_OP":
      only("noOpActionInput");
      return { type };
    default:
      throw invalidAt("triggeredActionType", `actions of type ${type} are not supported by this release; supported are GENERIC_WEBHOOK, NO_OP`);
  }
}
