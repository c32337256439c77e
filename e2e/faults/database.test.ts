import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { keyOf } from "./support/ledger.ts";
import type { Load } from "./support/load.ts";
import { addAliasSurely, sleep, startLoad } from "./support/load.ts";
import { recordSkipped, settleAccount } from "./support/oracle.ts";
import type { OwnPostgres } from "./support/postgres.ts";
import { startOwnPostgres } from "./support/postgres.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";
import { sized } from "./support/sized.ts";

const family = "database";

const arrivedOf = (scene: Scene, tag: string): number => scene.ledger.arrivals.filter(({ about, accepted }) => accepted && about.startsWith(`${tag}-`)).length;

/** Load before, during and after the fault; then the account. `inject` resolves when the fault is over. */
async function suffer(scene: Scene, fault: { tag: string; name: string; inject: () => Promise<string> }): Promise<void> {
  await scene.addHook(fault.tag);
  const load: Load = startLoad(scene.place, { tag: fault.tag, hooks: [fault.tag] });
  await until("deliveries come", () => arrivedOf(scene, fault.tag) > 20);
  const remark = await fault.inject();
  const overAt = performance.now();
  const probe = `${fault.tag}-${String(Number.MAX_SAFE_INTEGER)}`;
  await addAliasSurely(scene.place, probe);
  await until("a change made now is delivered", () => scene.ledger.arrivals.some(({ about, accepted }) => accepted && about === probe));
  const recoveryMs = Math.round(performance.now() - overAt);
  await load.stop();
  await settleAccount({ family, fault: fault.name, promised: load.promised.add(keyOf(fault.tag, probe)), arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt, recoveryMs, remark: [remark, `${load.askedAgain()} changes asked again`].filter((part) => part !== "").join("; ") });
}

describe("a PostgreSQL server that suffers", () => {
  let postgres: OwnPostgres;
  let scene: Scene;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
    scene = await setScene({ tag: "database", databaseUrl: postgres.url });
  });
  afterAll(async () => {
    await scene.end();
    await postgres.remove();
  });

  test("all its connections terminated, again and again", () =>
    suffer(scene, {
      tag: "terminated", name: "database connections terminated (pg_terminate_backend)",
      inject: async () => {
        let ended = 0;
        for (let times = 0; times < sized(5, 50); times += 1) {
          const rows = await postgres.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bellhop'");
          ended += rows.length;
          await sleep(300);
        }
        return `${ended} connections`;
      },
    }));

  test("one of its processes killed with kill -9: it drops everybody and recovers", () =>
    suffer(scene, {
      tag: "backend", name: "database backend killed (kill -9)",
      inject: async () => {
        const [row] = await postgres.query("select pid from pg_stat_activity where application_name = 'bellhop' limit 1");
        process.kill(Number(row?.["pid"]), "SIGKILL");
        await until("PostgreSQL answers", () => postgres.query("select 1").then(() => true, () => false));
        return "";
      },
    }));

  test.each([["SIGINT", "restarted in order"], ["SIGQUIT", "restarted after a crash"]] as const)("%s and a new start: %s", (signal, how) =>
    suffer(scene, {
      tag: signal.toLowerCase(), name: `database ${how}`,
      inject: async () => {
        await postgres.stop(signal);
        await sleep(1_500);
        await postgres.start();
        return "down for 1.5 s";
      },
    }));

  test("every process of it frozen, past the end of every lease, and thawed", async () => {
    const name = "database frozen (SIGSTOP of all its processes)";
    if (process.platform !== "linux") return recordSkipped(family, name, "needs Linux, to find its processes");
    await suffer(scene, {
      tag: "frozen", name,
      inject: async () => {
        const frozen = postgres.processes();
        for (const pid of frozen) process.kill(pid, "SIGSTOP");
        await sleep(7_000);
        for (const pid of frozen.reverse()) process.kill(pid, "SIGCONT");
        return "for 7 s, leases of 5 s";
      },
    });
  });

  test("fsync that fails: PostgreSQL crashes as it should, and nothing that was acknowledged is missing", async () => {
    const name = "fsync error (strace -e inject)";
    if (process.getuid?.() !== 0 || spawnSync("strace", ["-V"]).status !== 0) return recordSkipped(family, name, "needs root and strace");
    await suffer(scene, {
      tag: "fsync", name,
      inject: async () => {
        const victims = postgres.processes().slice(1).flatMap((pid) => ["-p", String(pid)]);
        const strace = spawn("strace", ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", ...victims], { stdio: "ignore" });
        const ended = once(strace, "exit");
        await until("PostgreSQL gives up rather than go on with what may not be stored", () => postgres.log().includes("PANIC"));
        // It ends with the last of the processes that it was tracing.
        await ended;
        await until("PostgreSQL answers", () => postgres.query("select 1").then(() => true, () => false));
        return "PANIC, and recovery from the log";
      },
    });
  });
});

describe("a PostgreSQL server whose disk is full", () => {
  const name = "disk full (a small tmpfs under the database)";

  test("changes are refused, and everything goes on once there is room again", async () => {
    if (process.getuid?.() !== 0 || process.platform !== "linux") return recordSkipped(family, name, "needs root, to mount a small disk");
    let disk = "";
    const postgres = await startOwnPostgres((folder) => {
      disk = folder;
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=160m", "bellhop-faults", folder]);
    });
    try {
      const scene = await setScene({ tag: "full", databaseUrl: postgres.url });
      try {
        await suffer(scene, {
          tag: "full", name,
          inject: async () => {
            const ballast = join(disk, "ballast");
            const { bavail, bsize } = statfsSync(disk);
            writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 65_536)));
            const before = arrivedOf(scene, "full");
            await sleep(6_000);
            expect(postgres.log()).toContain("No space left on device");
            rmSync(ballast);
            await until("PostgreSQL answers", async () => {
              const answers = await postgres.query("select 1").then(() => true, () => false);
              // Without room for its log PostgreSQL ends by itself; whoever runs it starts it again.
              if (!answers) await postgres.stop("SIGQUIT").then(() => postgres.start());
              return answers;
            });
            return `for 6 s; ${arrivedOf(scene, "full") - before} delivered meanwhile`;
          },
        });
      } finally {
        await scene.end();
      }
    } finally {
      await postgres.stop("SIGQUIT");
      execFileSync("umount", [disk]);
      await postgres.remove();
    }
  });
});
