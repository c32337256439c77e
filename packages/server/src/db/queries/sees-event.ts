/**
 * Whether the user of $1 may see what an execution is about; for statements that join `execution`, and as `place` its
 * event's project. An automation of an organization hears of its teams' projects and of restricted registries: who has no
 * role there is not told what happened there. Within one entity only a restricted registry hides something from those who
 * see it.
 */
export const seesEvent = `
  case when place.access = 'RESTRICTED' or place.entity_id <> execution.entity_id then role_in_project($1, place.id) is not null else true end`;
