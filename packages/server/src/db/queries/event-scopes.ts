/**
 * The scopes that an event lies in, as rows (kind, id): its collection or its run, its project, the entity that owns the project,
 * and that team's organization. Matching and explaining both use it, so that they cannot disagree. The arguments are SQL.
 */
export const scopesOf = (event: { collection: string; run: string; project: string; entity: string }): string => `(values
      ('collection', ${event.collection}), ('run', ${event.run}), ('project', ${event.project}), ('entity', ${event.entity}),
      ('entity', (select organization.entity_id from teams join organizations as organization on organization.id = teams.organization_id where teams.entity_id = ${event.entity}))
    ) as scope (kind, id)`;
