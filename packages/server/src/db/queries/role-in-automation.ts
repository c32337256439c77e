/**
 * The role of the user of $1 in the scope of `automation`; in the entity that owns it where the project was deleted, so
 * that its history stays readable.
 */
export const roleInAutomation = `
  case when exists (select from projects where projects.id = automation.project_id) then role_in_project($1, automation.project_id)
    else role_in_entity($1, automation.entity_id) end`;
