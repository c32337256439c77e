import { z } from "zod";
import { nameSchema } from "./common.ts";
import { eventSchema } from "./events.ts";
import { reasonSchema } from "./executions.ts";

const path = z.string().min(1).max(1_024);
const artifact = path.describe("A version: entity/project/collection:alias, or its id; one named by id is meant in its source collection");
const collection = path.describe("entity/project/collection");

export const previewRequestSchema = z.discriminatedUnion("change", [
  z.strictObject({
    change: z.literal("create_artifact").describe("A new version is logged, with content that the collection does not have yet"),
    collection,
    type: nameSchema.nullable().default(null).describe("That of the collection where left out; a collection that is not there yet needs one"),
    metadata: z.record(z.string(), z.unknown()).default({}),
    aliases: z.array(nameSchema).max(100).default(["latest"]).describe("As run.log_artifact() puts them; it puts latest where none are given"),
    tags: z.array(nameSchema).max(20).default([]),
  }),
  z.strictObject({ change: z.literal("add_alias"), artifact, alias: nameSchema }),
  z.strictObject({ change: z.literal("link"), artifact, collection, aliases: z.array(nameSchema).max(100).default([]) }),
  z.strictObject({ change: z.literal("unlink"), artifact: artifact.describe("The version in the collection that it is linked into") }),
  z.strictObject({ change: z.enum(["add_artifact_tag", "remove_artifact_tag"]), artifact, tag: nameSchema }),
  z.strictObject({ change: z.enum(["add_collection_tag", "remove_collection_tag"]), collection, tag: nameSchema }),
  z.strictObject({
    change: z.literal("run_state"),
    run: z.strictObject({ entity: nameSchema, project: nameSchema, run: nameSchema.describe("Id of the run, as in its URL") }),
    state: z.enum(["RUNNING", "FINISHED", "FAILED"]),
  }),
]);

export const previewSchema = z.object({
  events: z.array(
    eventSchema.omit({ id: true, at: true }).extend({
      automations: z.array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          revision: z.number().int(),
          outcome: z.enum(["fires", "skipped", "undeliverable"]).describe("undeliverable: it fires, and its delivery fails before anything is sent"),
          reason: reasonSchema.nullable().describe("Why it is skipped, or cannot be delivered"),
          action: z.enum(["webhook", "no_op", "run_hook"]),
          request: z
            .object({
              method: z.string(),
              url: z.string().nullable().describe("Null where you have no role in the webhook's team"),
              body: z.string().nullable().describe("The rendered payload; a secret stands as its name, ${NAME}"),
            })
            .nullable(),
        }),
      ).describe("Only automations that you may see"),
    }),
  ).describe("What the change would raise; empty where it changes nothing that automations watch"),
  more: z.boolean().describe("There are more automations than are shown"),
});
