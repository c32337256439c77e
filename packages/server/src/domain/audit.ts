/**
 * What the audit log tells of: one closed list. A value is never renamed: logs hold it. The word before the dot is the
 * type of the object.
 */
export const auditActions = {
  "secret.create": "A secret was created.",
  "secret.update": "A secret got a new value; neither is kept here.",
  "secret.rotate": "A secret got a new value, and the one of before goes on signing for `overlapSeconds`; 0 ends that of every earlier one. No value is kept here.",
  "secret.end_rotation": "The earlier values of a secret sign no more.",
  "secret.delete": "A secret was deleted.",
  "webhook.create": "A webhook was created.",
  "webhook.update": "A webhook was changed, enabled or disabled.",
  "webhook.delete": "A webhook was deleted.",
  "webhook.disable": "The server disabled a webhook.",
  "automation.create": "An automation was created.",
  "automation.update": "An automation was changed, enabled or disabled.",
  "automation.delete": "An automation was deleted.",
  "redelivery.start": "Many executions were to be delivered again: chosen ones, or all that failed.",
  "redelivery.cancel": "What had not begun of a redelivery was cancelled.",
  "execution.report": "A receiver reported how the work of an execution ended, by its callback address. Nobody signs in for that: it says from where.",
  "organization.create": "An organization was created.",
  "organization.delete": "An organization was deleted.",
  "team.create": "A team was created.",
  "team.delete": "A team was deleted.",
  "member.set": "A member of an organization, a team or a registry was added, or the role changed.",
  "member.remove": "A member was removed, or left.",
  "registry.create": "A registry was created.",
  "registry.update": "A registry's name, visibility, description or artifact types were changed.",
  "registry.delete": "A registry was deleted.",
  "project.rename": "A project was renamed.",
  "project.delete": "A project was deleted.",
  "user.create": "A user was created.",
  "user.delete": "A user was deleted.",
  "user.change_password": "A user changed their password, which ended their other sessions. Neither password is kept here.",
  "user.set_password": "An administrator of the server gave a user a new password, which ended all sessions of that user. It is not kept here.",
  "user.refuse_password": "A user was to get another password, and the current one was not right; `reason` says why.",
  "api_key.create": "An API key was made or imported.",
  "api_key.delete": "An API key was revoked.",
  "api_key.refuse": "So many wrong API keys came from an address that none from there is looked at for a while; noted once in 15 minutes. Only administrators of the server see it.",
  "session.create": "A user signed in.",
  "session.refuse": "An attempt to sign in failed; `reason` says why, and `by` whether the user was named by user name or email address. In the log of the user; where the name is nobody's, in the server's own part, and without the name.",
  "session.delete": "A session was ended.",
  "endpoint.refuse": "An endpoint that a webhook names was refused, when it was saved or called; with the exact code. Only administrators of the server see it.",
} as const satisfies Record<string, string>;

export type AuditAction = keyof typeof auditActions;

/** What is told of an object before or after a change; never a secret. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** Only the fields that differ, as they were and as they are. */
export function changedDetails(before: AuditDetails, after: AuditDetails): { before: AuditDetails; after: AuditDetails } {
  const differ = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])));
  const only = (details: AuditDetails): AuditDetails => Object.fromEntries(Object.entries(details).filter(([key]) => differ.has(key)));
  return { before: only(before), after: only(after) };
}

const longestText = 2_000;

/** With long texts cut short: an entry is to be read, and the object itself is where it was. */
export const briefDetails = (details: AuditDetails): AuditDetails => Object.fromEntries(Object.entries(details).map(([key, value]) => [key, brief(value)]));

const brief = (value: unknown): unknown => (typeof value === "string" && value.length > longestText ? `${value.slice(0, longestText)}… (${value.length} characters)` : value);
