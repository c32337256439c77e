import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder for one test. Others may look into it: where the tests run as root, the embedded PostgreSQL runs as another
 * account, and would otherwise put its data elsewhere, where nobody cleans up.
 */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `bellhop-${name}-`));
  await chmod(folder, 0o755);
  return folder;
}
