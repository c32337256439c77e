import type { RunSubject } from "./event.ts";
import { textOfObject } from "./printed-object.ts";

/** What stands beside `run`. */
export const hookVariables = {
  callback_url: "address to which the receiver may report what became of it, without signing in",
} as const satisfies Record<string, string>;

/** The attributes of `run`, with what each is. */
export const hookFields = {
  id: "the run's id, as in its address",
  name: "its display name, as `wandb.Run.name`",
  display_name: "the same",
  url: "its address",
  path: "`entity/project/id`",
  state: "`pending`, `running`, `finished`, `failed` or `crashed`",
  entity: "name of the entity",
  project: "prints the project's name; has `name`, `entity`, `url`, `path`",
  user: "prints the user's name; has `username`, `name`",
  config: "what the script configured, by key; without `_hooks` and `_wandb`",
  summary: "the last, or summarised, value of each metric",
  tags: "list of tags",
  notes: "the run's notes",
  group: "its group",
  job_type: "its job type",
  sweep_id: "the sweep that it belongs to",
  host: "name of the machine",
  program: "the script",
  commit: "the commit of its code",
  exit_code: "exit code of the script, once it has ended",
  step: "the greatest `_step` so far",
  created_at: "ISO 8601, in UTC, as are the following",
  updated_at: "when the run was last changed",
  heartbeat_at: "when its script was last heard of",
} as const satisfies Record<string, string>;

/**
 * What the templates of a hook see: where to report, and as `run` the words of `wandb.Run` and of `wandb.Api().run(…)`, as the run was when
 * its event happened. Where the one has a text and the other an object, there is an object that prints itself as the text.
 */
export const hookContext = (run: RunSubject, callbackUrl: unknown): HookContext => ({ run: fieldsOf(run), callback_url: callbackUrl });

type HookContext = Record<keyof typeof hookVariables, unknown> & { run: Record<keyof typeof hookFields, unknown> };

function fieldsOf(run: RunSubject): Record<keyof typeof hookFields, unknown> {
  const { details } = run;
  return {
    id: run.runName,
    name: run.displayName,
    display_name: run.displayName,
    url: run.url,
    path: `${run.entityName}/${run.projectName}/${run.runName}`,
    state: run.state,
    entity: run.entityName,
    project: { name: run.projectName, entity: run.entityName, url: run.url.replace(/\/runs\/[^/]*$/, ""), path: `${run.entityName}/${run.projectName}`, [textOfObject]: run.projectName },
    user: { username: run.user, name: details?.userDisplayName ?? run.user, [textOfObject]: run.user },
    config: run.config,
    summary: run.summary,
    tags: run.tags,
    notes: details?.notes ?? null,
    group: details?.group ?? null,
    job_type: details?.jobType ?? null,
    sweep_id: details?.sweep ?? null,
    host: details?.host ?? null,
    program: details?.program ?? null,
    commit: details?.commit ?? null,
    exit_code: details?.exitCode ?? null,
    step: details?.lastStep ?? null,
    created_at: details?.createdAt ?? null,
    updated_at: details?.updatedAt ?? null,
    heartbeat_at: details?.heartbeatAt ?? null,
  };
}
