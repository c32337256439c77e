import type { RunRow } from "../../../features/runs/index.ts";
import { readRunMetadata } from "../../../features/runs/index.ts";
import { isRecord } from "../../../kit/cast.ts";
import type { Context } from "../graphql/context.ts";

/** Machine and program, from the metadata file that the SDK uploads when a run ends; null until then. */
export async function runInfo({ services }: Context, run: RunRow): Promise<object | null> {
  const metadata = await readRunMetadata(services, run);
  if (metadata === null) return null;
  const text = (key: string): string | null => textOf(metadata[key]);
  const args: readonly unknown[] = Array.isArray(metadata["args"]) ? metadata["args"] : [];
  const git = isRecord(metadata["git"]) ? metadata["git"] : null;
  return {
    program: text("program") ?? run.program,
    args: args.map(textOf),
    os: text("os"),
    python: text("python"),
    colab: text("colab"),
    executable: text("executable"),
    codeSaved: typeof metadata["codePath"] === "string",
    cpuCount: countOf(metadata["cpu_count"]),
    gpuCount: countOf(metadata["gpu_count"]),
    gpu: text("gpu"),
    git: git === null ? null : { remote: textOf(git["remote"]), commit: textOf(git["commit"]) },
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const countOf = (value: unknown): number | null => (typeof value === "number" && Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31 ? value : null);
