import type { WatchedRunState } from "../../domain/event.ts";
import type { RunReport } from "../../domain/run.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { decodeId } from "../../domain/global-id.ts";
import { splitPath } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireProject } from "../access/index.ts";
import { addAliases, addTagsToCollection, findArtifact, findMemberByName, linkArtifact, removeTagsFromCollection, unlinkArtifact, updateArtifact } from "../artifacts/index.ts";
import type { RunPath } from "../runs/index.ts";
import { noChanges, receiveReport, requireRunAt, upsertRun } from "../runs/index.ts";
import type { Services } from "../services.ts";
import { createVersion } from "./create-version.ts";

/** `entity/project/collection:alias`, or the version's id; and `entity/project/collection`. */
export type TriedChange =
  | { change: "create_artifact"; collection: string; type: string | null; metadata: Readonly<Record<string, unknown>>; aliases: readonly string[]; tags: readonly string[] }
  | { change: "add_alias"; artifact: string; alias: string }
  | { change: "link"; artifact: string; collection: string; aliases: readonly string[] }
  | { change: "unlink"; artifact: string }
  | { change: "add_artifact_tag" | "remove_artifact_tag"; artifact: string; tag: string }
  | { change: "add_collection_tag" | "remove_collection_tag"; collection: string; tag: string }
  | { change: "run_state"; run: RunPath; state: WatchedRunState };

type Needs = Pick<Services, "db" | "pipeline" | "clock" | "random" | "limits" | "publicUrl" | "ids" | "templates" | "log" | "watchLists" | "watchBooks" | "runWindows">;

/** Makes the change by the verb that would make it in earnest, with that verb's permissions and refusals. */
export async function makeChange(services: Needs, viewer: Viewer, tried: TriedChange): Promise<void> {
  switch (tried.change) {
    case "create_artifact": {
      const { change: _, collection, ...version } = tried;
      return createVersion(services, viewer, { ...version, place: collectionNamed(collection) });
    }
    case "add_alias": {
      const { artifactId, entity, project, collection } = await versionNamed(services, viewer, tried.artifact);
      return addAliases(services, viewer, { artifactId, aliases: [{ entity, project, collection, alias: tried.alias }] });
    }
    case "link": {
      const { artifactId } = await versionNamed(services, viewer, tried.artifact);
      await linkArtifact(services, viewer, { artifact: { id: artifactId }, target: collectionNamed(tried.collection), aliases: tried.aliases });
      return;
    }
    case "unlink": {
      const { artifactId, collectionId } = await versionNamed(services, viewer, tried.artifact);
      return unlinkArtifact(services, viewer, { artifactId, portfolioId: collectionId });
    }
    case "add_artifact_tag":
      return changeTags(services, viewer, tried.artifact, { tagsToAdd: [tried.tag] });
    case "remove_artifact_tag":
      return changeTags(services, viewer, tried.artifact, { tagsToDelete: [tried.tag] });
    case "add_collection_tag":
      await addTagsToCollection(services, viewer, { ...collectionNamed(tried.collection), tags: [tried.tag] });
      return;
    case "remove_collection_tag":
      return removeTagsFromCollection(services, viewer, { ...collectionNamed(tried.collection), tags: [tried.tag] });
    case "run_state":
      return moveRun(services, viewer, tried.run, tried.state);
  }
}

async function changeTags(services: Needs, viewer: Viewer, artifact: string, tags: { tagsToAdd?: readonly string[]; tagsToDelete?: readonly string[] }): Promise<void> {
  const { artifactId } = await versionNamed(services, viewer, artifact);
  await updateArtifact(services, viewer, { artifactId, description: null, metadata: null, ttlSeconds: null, tagsToAdd: [], tagsToDelete: [], aliases: null, ...tags });
}

/** As a script would: it takes the run up again, or reports its end. */
async function moveRun(services: Needs, viewer: Viewer, path: RunPath, state: WatchedRunState): Promise<void> {
  await requireRunAt(services, viewer, path, "member");
  if (state === "RUNNING") await upsertRun(services, viewer, { entity: path.entity, project: path.project, name: path.run, state: null }, noChanges);
  else await receiveReport(services, viewer, path, { ...nothingReported, ended: { exitCode: state === "FINISHED" ? 0 : 1 } });
}

const nothingReported: RunReport = { history: null, events: null, output: null, summary: null, ended: null, preempting: false };

/** A version, and the collection in which it was named; one named by id alone is meant in its source collection. */
type NamedVersion = { artifactId: number; entity: string; project: string; collection: string; collectionId: number };

const idPrefix = "wandb-artifact://_id/";

async function versionNamed(services: Needs, viewer: Viewer, name: string): Promise<NamedVersion> {
  if (name.startsWith(idPrefix) || !name.includes("/")) {
    const found = await findArtifact(services, viewer, decodeId("Artifact", name.startsWith(idPrefix) ? name.slice(idPrefix.length) : name));
    if (found === null) throw notFound("Artifact version");
    return { artifactId: found.id, entity: found.entity_name, project: found.project_name, collection: found.sequence_name, collectionId: found.sequence_id };
  }
  const path = requirePath(name, "artifact", "entity/project/collection:alias");
  const project = await requireProject(services.db, viewer, { entity: path.entity, name: path.project }, "viewer");
  const found = await findMemberByName(services, viewer, project, path.rest);
  if (found === null) throw notFound(`Artifact version "${name}"`);
  return { artifactId: found.member.id, entity: path.entity, project: path.project, collection: found.collection.name, collectionId: found.collection.id };
}

function collectionNamed(name: string): { entity: string; project: string; collection: string } {
  const { entity, project, rest } = requirePath(name, "collection", "entity/project/collection");
  return { entity, project, collection: rest };
}

function requirePath(name: string, path: string, form: string): { entity: string; project: string; rest: string } {
  const split = splitPath(name);
  if (split === null) throw invalidAt(path, `must be written as ${form}`);
  return split;
}
