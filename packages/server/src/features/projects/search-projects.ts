import { listProjectsOfEntity } from "../../db/queries/projects.ts";
import { invalid, invalidAt } from "../../domain/failure.ts";
import { evaluate } from "../../domain/filter/evaluate.ts";
import { fieldCatalogue } from "../../domain/filter/field-catalogue.ts";
import type { Filter } from "../../domain/filter/filter.ts";
import { parseFilter } from "../../domain/filter/parse-filter.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { parseTolerantJson } from "../../kit/json-tolerant.ts";
import { findVisibleEntity } from "../access/index.ts";
import type { Services } from "../services.ts";
import type { ReadableProject } from "./read-projects.ts";
import { readable } from "./read-projects.ts";

const fields = fieldCatalogue({ exact: ["id", "name", "description", "access", "created_at", "updated_at"], aliases: { createdAt: "created_at", updatedAt: "updated_at" } });
/** More projects of one entity than this are not searched. */
const mostSearched = 10_000;

export type SearchProjectsInput = {
  entity: { name: string } | { id: number };
  /** JSON of a filter over id, name, description, access, created_at and updated_at; null for all. */
  filters: string | null;
  /** name, created_at or updated_at, with - before it for descending; null for newest first. */
  order: string | null;
  offset: number;
  limit: number;
};

/** Projects of an entity that the viewer may see; null when the entity itself may not be seen. Throws invalid for a bad filter or order. */
export async function searchProjects(services: Pick<Services, "db">, viewer: Viewer, input: SearchProjectsInput): Promise<ReadableProject[] | null> {
  const filter = input.filters === null ? null : readFilter(input.filters);
  const order = input.order === null || input.order === "" ? null : readOrder(input.order);
  const entity = await findVisibleEntity(services.db, viewer, input.entity);
  if (entity === null) return null;
  if (filter === null && order === null) return (await listProjectsOfEntity(services.db, viewer.userId, entity.id, input)).flatMap(readable);
  // An entity has few projects: they are filtered here, by the one filter language that there is.
  const all = (await listProjectsOfEntity(services.db, viewer.userId, entity.id, { offset: 0, limit: mostSearched })).flatMap(readable);
  const found = filter === null ? all : all.filter((project) => evaluate(filter, (field) => valueOf(project, field)));
  const sorted = order === null ? found : found.sort(order);
  return sorted.slice(input.offset, input.offset + input.limit);
}

function readFilter(text: string): Filter {
  const json = parseTolerantJson(text);
  if (!json.ok) throw invalidAt("filters", `is not JSON: ${json.message} at character ${json.offset}`);
  const parsed = parseFilter(json.value, fields);
  if (!parsed.ok) throw invalid(parsed.problems.map(({ path, message }) => ({ path: path === "" ? "filters" : `filters.${path}`, message })));
  return parsed.filter;
}

type Order = (one: ReadableProject, other: ReadableProject) => number;

function readOrder(text: string): Order {
  const [, sign, field = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const direction = sign === "-" ? -1 : 1;
  switch (field) {
    case "name":
      return (one, other) => direction * (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
    case "created_at":
    case "createdAt":
      return (one, other) => direction * (one.createdAt.getTime() - other.createdAt.getTime() || one.id - other.id);
    case "updated_at":
    case "updatedAt":
      return (one, other) => direction * (one.updatedAt.getTime() - other.updatedAt.getTime() || one.id - other.id);
    default:
      throw invalidAt("order", `"${text.slice(0, 60)}" is not an order: use name, created_at or updated_at, with - before it for descending`);
  }
}

function valueOf(project: ReadableProject, field: string): unknown {
  switch (field) {
    case "id":
      return project.id;
    case "name":
      return project.name;
    case "description":
      return project.description ?? undefined;
    case "access":
      return project.access;
    case "created_at":
      return project.createdAt.toISOString();
    case "updated_at":
      return project.updatedAt.toISOString();
    default:
      return undefined;
  }
}
