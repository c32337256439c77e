// What npm cannot bring: on Debian and its kin as root it is installed, elsewhere it is named in one line.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const found = (command, args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** Folder with initdb and postgres of a PostgreSQL from the distribution, or null. */
export function postgresBinaries() {
  const folder = "/usr/lib/postgresql";
  const versions = existsSync(folder) ? readdirSync(folder).map(Number).filter((version) => version >= 15).sort((a, b) => b - a) : [];
  const binaries = versions.map((version) => join(folder, String(version), "bin")).find((path) => existsSync(join(path, "initdb")));
  return binaries ?? null;
}

export const hasVenv = () => found("python3", ["-c", "import venv, ensurepip"]);

/** Installs the named Debian packages, or says what to install and ends. */
export function installPackages(packages, why) {
  const root = process.getuid?.() === 0;
  if (!root || !found("apt-get", ["--version"])) {
    console.error(`bellhop: ${why}: install ${packages.join(" ")} (Debian's names), then run this again.`);
    process.exit(1);
  }
  console.log(`Installing ${packages.join(" ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () => spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { stdio: ["ignore", "ignore", "inherit"], env }).status === 0;
  spawnSync("apt-get", ["update"], { stdio: "ignore", env });
  if (!install()) {
    console.error(`bellhop: apt-get could not install ${packages.join(" ")}.`);
    process.exit(1);
  }
}

export function ensurePostgres() {
  if (postgresBinaries() === null) installPackages(["postgresql"], "the tests run against a PostgreSQL server, 15 or newer, too");
  const binaries = postgresBinaries();
  if (binaries === null) {
    console.error("bellhop: the distribution's PostgreSQL is older than 15; install a newer one.");
    process.exit(1);
  }
  return binaries;
}

export function ensurePython() {
  if (!hasVenv()) installPackages(["python3", "python3-venv"], "the tests play the real wandb SDK");
}

/** Programs that single tests call: a certificate is made with openssl, a network namespace is furnished with ip. */
export function ensurePrograms() {
  const missing = [["openssl", ["version"], "openssl"], ["ip", ["-V"], "iproute2"]].filter(([command, args]) => !found(command, args)).map(([, , name]) => name);
  if (missing.length > 0) installPackages(missing, "some tests need them");
}
