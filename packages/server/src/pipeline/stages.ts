import { capture } from "./capture/capture-change.ts";
import { deliver } from "./deliver/deliver-request.ts";
import { match } from "./match/match-automations.ts";
import { plan } from "./plan/plan-executions.ts";
import { render } from "./render/render-execution.ts";
import { settle } from "./settle/settle-attempts.ts";

/**
 * The way of an event, in its order. The first three run in the transaction of the change; the last three in a worker,
 * after that transaction is durable.
 *
 * | stage   | takes → gives                                                   |
 * |---------|-----------------------------------------------------------------|
 * | capture | a change → the stored event and the automations in its scopes    |
 * | match   | event and automations → firings and skips                        |
 * | plan    | firings and skips → executions and delivery jobs                 |
 * | render  | an execution → its request, or a reason                          |
 * | deliver | a request → an attempt                                           |
 * | settle  | an attempt → done, retry at, or given up; stored                 |
 */
export const stages = { capture, match, plan, render, deliver, settle };

export type Stages = typeof stages;
