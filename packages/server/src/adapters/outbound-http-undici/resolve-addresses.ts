import { Resolver } from "node:dns/promises";

/** The name server as the guard needs it; c-ares fits, and so does a test's script. */
export type NameResolver = {
  resolve4(host: string): Promise<readonly string[]>;
  resolve6(host: string): Promise<readonly string[]>;
};

/** `detail` is in our own words. */
export type Resolved = { kind: "found"; addresses: readonly string[] } | { kind: "not_found" | "timeout"; detail: string };

/**
 * c-ares, not `dns.lookup`: lookup runs getaddrinfo on four threads, where a few dead names hold up all good ones.
 * It asks the name servers only, so /etc/hosts and search domains do not count.
 */
export const systemResolver = (): NameResolver => new Resolver({ timeout: 1_500, tries: 3 });

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name does not exist",
  ENODATA: "the name has no address record",
  ESERVFAIL: "the name server failed",
  EREFUSED: "the name server refused to answer",
  ETIMEOUT: "the name server did not answer",
  ECONNREFUSED: "the name server can not be reached",
};

type Family = { addresses: readonly string[]; code: string | null };

async function askFamily(query: Promise<readonly string[]>): Promise<Family> {
  try {
    return { addresses: await query, code: null };
  } catch (error) {
    return { addresses: [], code: error instanceof Error && "code" in error ? String(error.code) : "unknown" };
  }
}

/**
 * A and AAAA records, IPv4 first, within `timeoutMs`. If only one of the two was answered in time, that one counts:
 * nothing is dialled that is not in the answer.
 */
export async function resolveAddresses(resolver: NameResolver, host: string, timeoutMs: number): Promise<Resolved> {
  let timer: NodeJS.Timeout | undefined;
  const answered: Family[] = [];
  const ask = (query: Promise<readonly string[]>): Promise<unknown> => askFamily(query).then((family) => answered.push(family));
  const both = Promise.all([ask(resolver.resolve4(host)), ask(resolver.resolve6(host))]);
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, timeoutMs));
  });
  await Promise.race([both, deadline]);
  clearTimeout(timer);
  const addresses = answered.flatMap((family) => family.addresses).sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
  if (addresses.length > 0) return { kind: "found", addresses };
  if (answered.length < 2) return { kind: "timeout", detail: "the name server did not answer in time" };
  // "No such name" of one family says less than a failure of the other.
  const code = answered.map((family) => family.code).find((each) => each !== "ENOTFOUND" && each !== "ENODATA") ?? answered[0]?.code ?? "ENODATA";
  return { kind: "not_found", detail: words[code] ?? "the name could not be resolved" };
}
