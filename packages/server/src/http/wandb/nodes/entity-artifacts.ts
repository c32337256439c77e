import type { CollectionKind } from "../../../features/artifacts/index.ts";
import { listRegistryCollections, listRegistryVersions } from "../../../features/artifacts/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { aliasesOfPage } from "./artifact.ts";
import { collectionNode, memberNode } from "./collection.ts";

type ListArgs = PageArgs & { projectFilters?: string | null; filters?: string | null; order?: string | null };
type CollectionsArgs = ListArgs & { collectionTypes?: readonly ("SEQUENCE" | "PORTFOLIO")[] | null };
type MembershipsArgs = ListArgs & { collectionFilters?: string | null };

/** What the registries of an organization's entity hold; of other entities, which have none, nothing. */
export function entityArtifactFields(context: Context, entity: { id: number }): object {
  const { services } = context;
  return {
    artifactCollections: async (args: CollectionsArgs) => {
      const window = pageWindow(args, { normal: 100, most: services.limits.pageSize });
      const scope = { entityId: entity.id, projectFilters: args.projectFilters, kinds: kindsOf(args.collectionTypes ?? null) };
      const { rows, total } = await listRegistryCollections(services, requireViewer(context), scope, { filters: args.filters, order: args.order, limit: window.limit, offset: window.offset });
      return { ...connectionOf(rows, window, (row) => collectionNode(context, row)), totalCount: total };
    },
    artifactMemberships: async (args: MembershipsArgs) => {
      const window = pageWindow(args, { normal: 100, most: services.limits.pageSize });
      const scope = { entityId: entity.id, projectFilters: args.projectFilters, collectionFilters: args.collectionFilters, kinds: kindsOf(null) };
      const { rows, total } = await listRegistryVersions(services, requireViewer(context), scope, { filters: args.filters, order: args.order, limit: window.limit, offset: window.offset });
      const aliases = aliasesOfPage(context, rows.map(({ member }) => member.id));
      return { ...connectionOf(rows, window, (row) => memberNode(context, { ...row, aliases })), totalCount: total };
    },
  };
}

const kindsOf = (types: readonly ("SEQUENCE" | "PORTFOLIO")[] | null): CollectionKind[] => (types ?? ["PORTFOLIO"]).map((type) => (type === "SEQUENCE" ? "sequence" : "portfolio"));
