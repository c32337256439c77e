/**
 * Whether the user of $1 may see what an execution is about; for statements that join `execution`, its `event`,
 * and as `place` the event's project. An automation of an organization hears of its teams' projects and of restricted registries: who has no
 * role there is not told what happened there, nor of the webhooks of a team. Within one entity only a restricted registry hides something from those who
 * see it.
 */
export const seesEvent = `
  case when event.project_id is null then event.entity_id = execution.entity_id or role_in_entity($1, event.entity_id) is not null
    when place.access = 'RESTRICTED' or place.entity_id <> execution.entity_id then role_in_project($1, place.id) is not null else true end`;
