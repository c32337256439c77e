import { encodeId } from "../../../domain/global-id.ts";
import type { Member } from "../../../features/teams/index.ts";

/** A member of a team or an organization. */
export const memberNode = (member: Member): object => ({
  __typename: "Member",
  id: encodeId("User", member.userId),
  name: member.displayName,
  username: member.username,
  email: member.email,
  admin: member.role === "admin",
  role: member.role,
  // Members are added, not invited; a key is never shown again; there are no service accounts.
  pending: false,
  apiKey: null,
  photoUrl: null,
  accountType: "MEMBER",
});

/** A member of a registry itself. */
export const projectMemberNode = (member: Member): object => ({
  __typename: "ProjectMember",
  id: encodeId("User", member.userId),
  name: member.displayName,
  username: member.username,
  email: member.email,
  role: { name: member.role },
});
