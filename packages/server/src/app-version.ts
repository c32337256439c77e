import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "./kit/cast.ts";

/** This release, from package.json: it stands in the User-Agent of every delivery. */
export const version = z.object({ version: z.string() }).parse(parseJson(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"))).version;
