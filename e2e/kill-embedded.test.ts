import { describe } from "vitest";
import { killAtEachStep } from "./kill.ts";

describe("kill -9 at each step of the pipeline, on the embedded database", () => killAtEachStep("embedded"));
