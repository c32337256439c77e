import { invalidAt } from "../../../domain/failure.ts";
import { createArtifact as create, findArtifact } from "../../../features/artifacts/index.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { artifactNode } from "../nodes/artifact.ts";
import { aliasesWithin, integer, optionalInteger } from "../nodes/artifact-input.ts";
import { ttlFromWire } from "../nodes/artifact-ttl.ts";

type Input = {
  entityName: string;
  projectName: string;
  runName?: string | null;
  artifactTypeName: string;
  artifactCollectionName?: string | null;
  artifactCollectionNames?: readonly string[] | null;
  digest: string;
  description?: string | null;
  metadata?: string | null;
  aliases?: readonly { artifactCollectionName: string; alias: string }[] | null;
  tags?: readonly { tagName: string }[] | null;
  clientID?: string | null;
  sequenceClientID?: string | null;
  distributedID?: string | null;
  enableDigestDeduplication?: boolean | null;
  historyStep?: unknown;
  ttlDurationSeconds?: unknown;
};

/** Begins a version, or finds the one that holds the same content. */
export const createArtifact = async ({ input }: { input: Input }, context: Context): Promise<object> => {
  const viewer = requireViewer(context);
  const collection = input.artifactCollectionName ?? input.artifactCollectionNames?.[0];
  if (collection === undefined) throw invalidAt("artifactCollectionName", "must be given");
  const ttl = optionalInteger(input.ttlDurationSeconds, "ttlDurationSeconds");
  const created = await create(context.services, viewer, {
    entity: input.entityName, project: input.projectName, collection, type: input.artifactTypeName, run: blankToNull(input.runName), digest: input.digest,
    description: input.description ?? null, metadata: input.metadata ?? null, aliases: aliasesWithin(collection, input.aliases ?? []), tags: (input.tags ?? []).map(({ tagName }) => tagName),
    clientId: blankToNull(input.clientID), sequenceClientId: blankToNull(input.sequenceClientID), distributedId: blankToNull(input.distributedID),
    deduplicate: input.enableDigestDeduplication ?? false, historyStep: optionalInteger(input.historyStep, "historyStep"),
    // Clients in Go send 0 for what was not set.
    ttlSeconds: ttl === null || ttl === 0 ? null : ttlFromWire(integer(ttl, "ttlDurationSeconds")),
  });
  const row = await findArtifact(context.services, viewer, created.artifactId);
  return { artifact: row === null ? null : artifactNode(context, row) };
};

const blankToNull = (text: string | null | undefined): string | null => (text === undefined || text === "" ? null : text);
