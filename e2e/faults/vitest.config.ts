import { defineConfig } from "vitest/config";

const long = process.env["BELLHOP_FAULTS"] === "long";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: "support/global-setup.ts",
    testTimeout: long ? 1_200_000 : 180_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 4,
  },
});
