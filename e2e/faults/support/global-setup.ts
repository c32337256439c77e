import type { TestProject } from "vitest/node";
import type {} from "../../support/global-setup.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder with initdb and postgres, for the databases that are made to suffer. */
    postgresBinaries: string;
    /** File to which every fault's row is added, one JSON object per line. */
    faultRows: string;
    long: boolean;
  }
}

/** `npm run test:faults` and `npm test` prepare these; see scripts/lib/fault-suite.mjs. */
export default function setup(project: TestProject): void {
  const [postgres, binaries, rows] = ["BELLHOP_E2E_POSTGRES", "BELLHOP_FAULTS_POSTGRES_BINARIES", "BELLHOP_FAULTS_ROWS"].map((name) => process.env[name]);
  if (postgres === undefined || binaries === undefined || rows === undefined) throw new Error("Run the fault suite by `npm run test:faults`; it prepares PostgreSQL.");
  project.provide("postgres", postgres);
  project.provide("postgresBinaries", binaries);
  project.provide("faultRows", rows);
  project.provide("long", process.env["BELLHOP_FAULTS"] === "long");
}
