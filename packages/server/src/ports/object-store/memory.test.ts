import { objectStoreConformance } from "./conformance.ts";
import { memoryObjectStore } from "./memory.ts";

objectStoreConformance("memory", { open: async () => memoryObjectStore() });
