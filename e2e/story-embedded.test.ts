import { describe } from "vitest";
import { tellStory } from "./story.ts";

describe("the main job on the embedded database", () => tellStory("embedded"));
