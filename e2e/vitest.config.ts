import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    // The fault suite has a configuration of its own.
    exclude: ["faults/**", "**/node_modules/**"],
    globalSetup: "support/global-setup.ts",
    testTimeout: 600_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
