import type { RunSubject } from "./event.ts";
import { textOfObject } from "./printed-object.ts";

/**
 * What the templates of a hook see as `run`: the words of `wandb.Run` and of `wandb.Api().run(…)`, as the run was when
 * its event happened. Where the one has a text and the other an object, there is an object that prints itself as the text.
 */
export function hookContext(run: RunSubject): Record<string, unknown> {
  const { details } = run;
  return {
    run: {
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
    },
  };
}
