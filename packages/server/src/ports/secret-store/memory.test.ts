import { secretStoreConformance } from "./conformance.ts";
import { memorySecretStore } from "./memory.ts";

secretStoreConformance("memory", async () => memorySecretStore());
