import { templatesConformance } from "./conformance.ts";
import { memoryTemplates } from "./memory.ts";

templatesConformance("memory", memoryTemplates);
