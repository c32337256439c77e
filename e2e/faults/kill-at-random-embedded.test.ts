import { describe } from "vitest";
import { killAtRandom } from "./support/kill-at-random.ts";

describe("kill -9 at random, under load, on the embedded database", () => killAtRandom("embedded"));
