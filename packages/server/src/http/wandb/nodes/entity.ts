import { encodeId } from "../../../domain/global-id.ts";
import type { VisibleEntity } from "../../../features/access/index.ts";
import { readStorage } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { makeJoint } from "./joint.ts";

/** What other nouns say of an entity; filled by join-fields.ts. */
export const entityFields = makeJoint<VisibleEntity>();

/** An entity that the viewer was found to see. */
export const entityNode = (context: Context, entity: VisibleEntity): object => ({
  __typename: "Entity",
  id: encodeId("Entity", entity.id),
  name: entity.name,
  entityType: entity.kind,
  isTeam: entity.kind === "team",
  // Whether the name is still free to take; it is in use, by this very entity.
  available: false,
  readOnly: entity.role === "viewer",
  // Accounts have no plans, pictures or limits here, projects are never public, and code is saved as run files only.
  readOnlyAdmin: false,
  photoUrl: null,
  privateOnly: true,
  codeSavingEnabled: false,
  defaultAccess: "PRIVATE",
  isPaid: false,
  limits: null,
  // Contents are known by their MD5 here.
  xxhashDigestsEnabled: false,
  storageBytes: () => readStorage(context.services, entity.id),
  ...entityFields.of(context, entity),
});
