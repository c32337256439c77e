import type { apiKeySchema } from "@bellhop/contract";
import type { z } from "zod";
import type { ApiKey } from "../../features/tokens/index.ts";
import type { Member, User, VisibleOrganization, VisibleTeam } from "../../features/teams/index.ts";
import type { Registry } from "../../features/registry/index.ts";

// How people and registries look over REST. Each route's schema cuts the answer to the fields that it names.

type Shown<Thing extends { createdAt: Date }> = Omit<Thing, "createdAt"> & { createdAt: string };

const dated = <Thing extends { createdAt: Date }>(thing: Thing): Shown<Thing> => ({ ...thing, createdAt: thing.createdAt.toISOString() });

export const showUser = (user: User): Shown<User> => dated(user);
export const showApiKey = ({ description, expiresAt, lastUsedAt, ...key }: ApiKey): z.input<typeof apiKeySchema> => ({
  ...dated(key),
  name: description,
  expiresAt: expiresAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
export const showMember = (member: Member): Shown<Member> => dated(member);
export const showTeam = (team: VisibleTeam): Shown<VisibleTeam> => dated(team);

export const showOrganization = (organization: VisibleOrganization): Shown<VisibleOrganization> & { entity: string } => ({ ...dated(organization), entity: organization.entityName });

export const showRegistry = (registry: Registry): Omit<Shown<Registry>, "updatedAt"> & { project: string; entity: string; updatedAt: string } => ({
  ...dated(registry),
  project: registry.projectName,
  entity: registry.entityName,
  updatedAt: registry.updatedAt.toISOString(),
});
