import type { TestProject } from "vitest/node";
import type { Sdk } from "./python.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `postgres://…` of a PostgreSQL server's empty database. */
    postgres: string;
    sdks: Sdk[];
    /** The Python that has the `standardwebhooks` library; null where it was not prepared. */
    verifier: string | null;
    /** The same SDKs with the package of python/ installed beside them; none where only single files are tried. */
    completedSdks: Sdk[];
  }
}

/** `npm test` prepares these; see scripts/test.mjs. */
export default function setup(project: TestProject): void {
  const postgres = process.env["BELLHOP_E2E_POSTGRES"];
  const sdks = process.env["BELLHOP_E2E_SDKS"];
  if (postgres === undefined || sdks === undefined) throw new Error("Run the end-to-end tests by `npm test`; it prepares PostgreSQL and the SDKs.");
  project.provide("verifier", process.env["BELLHOP_E2E_VERIFIER"] ?? null);
  project.provide("postgres", postgres);
  project.provide("sdks", pythons(sdks));
  project.provide("completedSdks", pythons(process.env["BELLHOP_E2E_COMPLETED_SDKS"] ?? ""));
}

/** Of `version=path,version=path`. */
const pythons = (text: string): Sdk[] => text.split(",").filter((pair) => pair !== "").map((pair) => ({ version: pair.split("=")[0] ?? "", python: pair.split("=")[1] ?? "" }));
