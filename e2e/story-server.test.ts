import { describe } from "vitest";
import { tellStory } from "./story.ts";

describe("the main job on a PostgreSQL server", () => tellStory("server"));
