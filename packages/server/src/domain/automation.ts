import type { EventType } from "@bellhop/contract";
import { z } from "zod";
import type { ScopeKind } from "./event.ts";

/** Action types by their wire names. */
export const actionTypes = ["GENERIC_WEBHOOK", "NO_OP", "RUN_HOOK"] as const;
export type ActionType = (typeof actionTypes)[number];

/** The action type of that name. Throws for one that this version does not know: that is a fault of ours, not of a user. */
export function findActionType(name: string): ActionType {
  const found = actionTypes.find((type) => type === name);
  if (found === undefined) throw new Error(`There is no action type ${name}.`);
  return found;
}

const webhookCall = z.object({ type: z.literal("GENERIC_WEBHOOK"), webhookId: z.uuid(), payload: z.string().nullable() });
const noOp = z.object({ type: z.literal("NO_OP") });
/** URL and body are Jinja2 templates; no body is `{}`. The position is that in the run's list, from 0. */
const runHook = z.object({ type: z.literal("RUN_HOOK"), position: z.number().int(), url: z.string(), method: z.enum(["POST", "GET"]), body: z.string().nullable() });

/** What an action keeps, as it is stored; each plug-in reads only its own shape. */
export const actionConfigSchema = z.discriminatedUnion("type", [webhookCall, noOp, runHook]);
export type ActionConfig = z.output<typeof actionConfigSchema>;

/** The actions that an automation can be given. */
export const automationActionSchema = z.discriminatedUnion("type", [webhookCall, noOp]);
export type AutomationAction = z.output<typeof automationActionSchema>;

export type Automation = {
  id: string;
  /** The entity that owns the scope. */
  entityId: number;
  name: string;
  description: string | null;
  enabled: boolean;
  scopeKind: ScopeKind;
  scopeId: number;
  /** Counts the edits of what fires and what is done. */
  revision: number;
  eventType: EventType;
  /** As it was sent, letter by letter: the SDK compares it. */
  eventFilter: string;
  action: AutomationAction;
  createdAt: Date;
  updatedAt: Date | null;
};

/** An automation as matching and planning see it. */
export type Candidate = { id: string; entityId: number; revision: number; name: string; eventFilter: string; actionType: ActionType; webhookId: string | null };
