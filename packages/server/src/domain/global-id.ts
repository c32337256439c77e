/**
 * Node ids as the W&B client expects them: standard base64 of `<Type>:<number>`. The client decodes artifact ids and
 * projects' internal ids; all others are opaque to it.
 */
export type IdType = "Entity" | "User" | "Organization" | "Project" | "ProjectInternalId" | "Run" | "RunFile" | "Artifact" | "ArtifactType" | "ArtifactCollection" | "ArtifactMembership" | "ArtifactAlias" | "ArtifactManifest" | "Tag";

export const encodeId = (type: IdType, id: number): string => Buffer.from(`${type}:${id}`).toString("base64");

/** The number in an id of the given type; null for anything else. */
export function decodeId(type: IdType, id: string): number | null {
  const match = /^([A-Za-z]+):(\d{1,15})$/.exec(Buffer.from(id, "base64").toString("latin1"));
  return match !== null && match[1] === type ? Number(match[2]) : null;
}
