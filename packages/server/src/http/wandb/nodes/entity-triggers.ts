import { invalidAt } from "../../../domain/failure.ts";
import { listAutomations } from "../../../features/automations/index.ts";
import { listEntityWebhooks } from "../../../features/webhooks/index.ts";
import { isRecord } from "../../../kit/cast.ts";
import { parseTolerantJson } from "../../../kit/json-tolerant.ts";
import type { Connection, PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import type { IntegrationNode } from "./integration.ts";
import { webhookNode } from "./integration.ts";
import { readableBy } from "../readable-triggers.ts";
import { triggerNode } from "./trigger.ts";

type TriggerArgs = PageArgs & { order?: string | null; filters?: string | null };

const window = (context: Context, args: PageArgs): ReturnType<typeof pageWindow> => pageWindow(args, { normal: 50, most: context.services.limits.pageSize });

type EntityFields = { triggers: (args: TriggerArgs) => Promise<Connection<object>>; integrations: (args: PageArgs) => Promise<Connection<IntegrationNode>> };

/** The fields of an Entity that are about automations and webhooks. */
export const entityTriggerFields = (context: Context, entity: { id: number }): EntityFields => ({
  triggers: (args) => triggers(context, entity.id, args),
  integrations: async (args) => {
    const page = window(context, args);
    const rows = await listEntityWebhooks(context.services, requireViewer(context), { entityId: entity.id, offset: page.offset, limit: page.limit });
    return connectionOf(rows, page, webhookNode);
  },
});

/** The fields of an Organization that are about automations: those of its own entity, which owns its registries. */
export const organizationTriggerFields = (context: Context, organization: { entityId: number }): Pick<EntityFields, "triggers"> => ({
  triggers: (args) => triggers(context, organization.entityId, args),
});

async function triggers(context: Context, entityId: number, args: TriggerArgs): Promise<Connection<object>> {
  const name = nameFilter(args.filters ?? null);
  if (args.order !== null && args.order !== undefined && args.order !== "") throw invalidAt("order", "is not supported: triggers come in the order of their creation");
  const page = window(context, args);
  const rows = await listAutomations(context.services, requireViewer(context), {
    within: { kind: "entity", id: entityId },
    ...(name === null ? {} : { name }),
    after: null,
    limit: page.limit,
    offset: page.offset,
  });
  const readable = new Set(readableBy(context, rows));
  const connection = connectionOf(rows, page, (row) => row);
  return { ...connection, edges: connection.edges.flatMap(({ node, cursor }) => (readable.has(node) ? [{ node: triggerNode(node), cursor }] : [])) };
}

/** The SDK filters by nothing but `{"name": "…"}`. */
function nameFilter(filters: string | null): string | null {
  if (filters === null || filters === "") return null;
  const json = parseTolerantJson(filters);
  if (!json.ok || !isRecord(json.value)) throw invalidAt("filters", "must be the text of a JSON object");
  const { name, ...others } = json.value;
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalidAt(`filters.${other}`, "is not supported: triggers can be filtered by name");
  if (name === undefined) return null;
  if (typeof name !== "string") throw invalidAt("filters.name", "must be a string");
  return name;
}
