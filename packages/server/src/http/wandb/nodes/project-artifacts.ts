import { encodeId } from "../../../domain/global-id.ts";
import type { VisibleProject } from "../../../features/access/index.ts";
import type { CollectionKind, TypeRow } from "../../../features/artifacts/index.ts";
import { findCollection, findMemberByName, listArtifactTypes, listCollections } from "../../../features/artifacts/index.ts";
import type { PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "./artifact.ts";
import { collectionNode, memberNode } from "./collection.ts";

type ListArgs = PageArgs & { filters?: string | null; order?: string | null };
type Named = { name: string };

const bothKinds: readonly CollectionKind[] = ["sequence", "portfolio"];

/** The fields of a project that lead to its artifacts. */
export function projectArtifactFields(context: Context, project: VisibleProject): object {
  const { services } = context;
  return {
    artifact: (args: Named) => version(context, project, args, null),
    artifactCollection: (args: Named) => collection(context, project, args, null),
    artifactCollectionMembership: async (args: Named) => {
      const found = await findMemberByName(services, requireViewer(context), project, args.name);
      return found === null ? null : memberNode(context, found);
    },
    artifactCollections: (args: ListArgs) => collections(context, project, args, null),
    artifactType: async (args: Named) => {
      const [row] = await listArtifactTypes(services, project.id, { name: args.name, limit: 1, offset: 0 });
      return row === undefined ? null : typeNode(context, project, row);
    },
    // `includeAll` asks for types without collections as well, which are always listed here.
    artifactTypes: async (args: PageArgs) => {
      const window = pageWindow(args, { normal: 100, most: services.limits.pageSize });
      const rows = await listArtifactTypes(services, project.id, { name: null, limit: window.limit, offset: window.offset });
      return connectionOf(rows, window, (row) => typeNode(context, project, row));
    },
  };
}

const typeNode = (context: Context, project: VisibleProject, row: TypeRow): object => ({
  __typename: "ArtifactType",
  id: encodeId("ArtifactType", row.id),
  name: row.name,
  description: row.description,
  createdAt: row.created_at.toISOString(),
  artifact: (args: Named) => version(context, project, args, row.name),
  artifactCollection: (args: Named) => collection(context, project, args, row.name),
  artifactCollections: (args: ListArgs) => collections(context, project, args, row.name),
});

async function version(context: Context, project: VisibleProject, { name }: Named, type: string | null): Promise<object | null> {
  const found = await findMemberByName(context.services, requireViewer(context), project, name);
  return found === null || (type !== null && found.member.type_name !== type) ? null : artifactNode(context, found.member);
}

async function collection(context: Context, project: VisibleProject, { name }: Named, type: string | null): Promise<object | null> {
  const row = await findCollection(context.services, requireViewer(context), { projectId: project.id, name });
  return row === null || (type !== null && row.type_name !== type) ? null : collectionNode(context, row);
}

async function collections(context: Context, project: VisibleProject, args: ListArgs, type: string | null): Promise<object> {
  const { services } = context;
  const window = pageWindow(args, { normal: 100, most: services.limits.pageSize });
  const scope = { projectIds: [project.id], type, kinds: bothKinds };
  const { rows, total } = await listCollections(services, requireViewer(context), scope, { filters: args.filters, order: args.order, limit: window.limit, offset: window.offset });
  return { ...connectionOf(rows, window, (row) => collectionNode(context, row)), totalCount: total };
}
