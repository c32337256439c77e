import { encodeId } from "../../../domain/global-id.ts";
import type { VisibleOrganization } from "../../../features/teams/index.ts";
import type { Context } from "../graphql/context.ts";
import { entityNode } from "./entity.ts";
import { makeJoint } from "./joint.ts";

/** What other nouns say of an organization; filled by join-fields.ts. */
export const organizationFields = makeJoint<VisibleOrganization>();

/** An organization that the viewer was found to see. */
export const organizationNode = (context: Context, organization: VisibleOrganization): object => ({
  __typename: "Organization",
  id: encodeId("Organization", organization.id),
  name: organization.name,
  orgEntity: () => entityNode(context, { id: organization.entityId, name: organization.entityName, kind: "organization", role: organization.role }),
  // Belongs to W&B's own hosting.
  coreWeaveOrganizationId: null,
  featureFlags: [],
  advancedRegistryFeatures: { advancedSearch: false },
  ...organizationFields.of(context, organization),
});
