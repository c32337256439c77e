import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Json } from "../testing/rest-client.ts";
import { makeOpenapi, operationId } from "./openapi.ts";
import { allRoutes } from "./routes.ts";

const document: Json = makeOpenapi(allRoutes, "http://bellhop.test");

/** Every object within a value, itself included. */
function objectsIn(value: unknown): Json[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

/** Whether an object, or each of the objects that may stand there, refuses unknown names. */
const isStrict = (schema: Json): boolean => (Array.isArray(schema.oneOf) ? schema.oneOf.every(isStrict) : schema.additionalProperties === false);

describe("openapi.json", () => {
  test("has every route, and nothing else", () => {
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect(described.sort()).toEqual(allRoutes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test("gives every operation an id of its own, a summary, and a known tag", () => {
    expect(new Set(allRoutes.map(operationId)).size).toBe(allRoutes.length);
    for (const { summary, tag } of allRoutes) {
      expect(summary).not.toBe("");
      expect(document.tags).toContainEqual({ name: tag });
    }
  });

  test.each(allRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s: its path parameters are those of its path, and unknown names are refused", (_name, route) => {
    const operation = document.paths[route.path][route.method.toLowerCase()];
    const inPath = operation.parameters.filter((parameter: Json) => parameter.in === "path");
    expect(inPath.map(({ name }: { name: string }) => name).sort()).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    expect(inPath.every(({ required }: { required: boolean }) => required)).toBe(true);
    expect(operation.responses[String(route.status)]).toBeDefined();
    expect(operation.responses.default).toEqual({ $ref: "#/components/responses/Error" });
    for (const schema of [route.params, route.query, ...(route.body === null ? [] : [route.body])]) expect(isStrict(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }))).toBe(true);
  });

  test("is OpenAPI 3.1 whose references all lead somewhere, with every way to authenticate and the delivery as a webhook", () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    for (const { $ref } of objectsIn(document).filter((each) => typeof each.$ref === "string")) {
      expect($ref.slice(2).split("/").reduce((place: Json, key: string) => place?.[key], document), $ref).toBeDefined();
    }
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(["basic", "bearer", "session"]);
    expect(document.webhooks.delivery.post.parameters.map(({ name }: { name: string }) => name)).toContain("x-wandb-signature");
    expect(document.components.schemas.Error.properties.error.properties.code.enum).toContain("not_found");
  });
});
