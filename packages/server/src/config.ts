import { isIP } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { passwordRule } from "@bellhop/contract";
import type { AllowListEntry } from "./domain/endpoint/allow-list.ts";
import { parseAllowList } from "./domain/endpoint/allow-list.ts";
import type { LoopLimits } from "./domain/loop-limits.ts";
import { isPassword } from "./domain/password.ts";

/** One setting: how it is read, and the line that the reference page shows. */
export type Setting = { name: string; fallback: string; meaning: string; secret?: true };

/** Every setting, in the order of the reference page (docs/reference/settings.md is generated from this list). */
export const settings = [
  { name: "BELLHOP_HOST", fallback: "127.0.0.1", meaning: "Address to listen on. `0.0.0.0` serves other machines." },
  { name: "BELLHOP_PORT", fallback: "8080", meaning: "Port to listen on; 0 takes any free one." },
  { name: "BELLHOP_PUBLIC_URL", fallback: "http://localhost:<port>", meaning: "The address that users and the SDK reach the server by; upload and download links and callback addresses start with it." },
  { name: "BELLHOP_DATA_DIR", fallback: "~/.bellhop", meaning: "Folder of the embedded database, uploaded files and the generated secret key." },
  { name: "BELLHOP_DATABASE_URL", fallback: "(embedded)", meaning: "`postgres://…` of a PostgreSQL server, 15 or newer. Without it an embedded one runs in the data folder.", secret: true },
  { name: "BELLHOP_ADMIN_USERNAME", fallback: "admin", meaning: "User name of the first administrator, created on the first start." },
  { name: "BELLHOP_ADMIN_PASSWORD", fallback: "(generated)", meaning: "Password of the first administrator, 8 to 256 characters. A generated one is printed once. Read at the first start only: later it is changed over REST.", secret: true },
  { name: "BELLHOP_ADMIN_API_KEY", fallback: "(generated)", meaning: "API key of the first administrator, at least 40 characters. A generated one is printed once.", secret: true },
  { name: "BELLHOP_SECRET_KEY", fallback: "(generated)", meaning: "Key-encryption key: 32 bytes in base64. Without it one is generated into the data folder; keep a copy.", secret: true },
  { name: "BELLHOP_FURTHER_SECRET_KEYS", fallback: "(none)", meaning: "Comma-separated key-encryption keys that can be read but seal nothing: of before a rotation, or of the next one.", secret: true },
  { name: "BELLHOP_ALLOW_LOOPBACK", fallback: "false", meaning: "Development only: webhooks may call this machine (`localhost`, `127.0.0.1`)." },
  { name: "BELLHOP_ALLOWED_NETWORKS", fallback: "(none)", meaning: "Comma-separated hosts and CIDR ranges, each with an optional `:port`, that webhooks may call although they are not public." },
  { name: "BELLHOP_ROLES", fallback: "web,worker", meaning: "What this process does: answer requests (`web`), deliver (`worker`), or both." },
  { name: "BELLHOP_RETRY_SCHEDULE", fallback: "0s,5s,5m,30m,2h,5h,10h,14h,20h,24h", meaning: "Waits before each attempt of a delivery, each give or take a fifth; the first is the first try and 0s. A webhook may have a schedule of its own." },
  { name: "BELLHOP_DELIVERY_CONCURRENCY", fallback: "1000", meaning: "Deliveries in flight at once in one process." },
  { name: "BELLHOP_WEBHOOK_CONCURRENCY", fallback: "32", meaning: "Deliveries in flight at once to one webhook, over all processes; a webhook may have a number of its own." },
  { name: "BELLHOP_BREAKER_FAILURES", fallback: "10", meaning: "Failed attempts in a row after which a webhook's circuit breaker opens and its deliveries wait." },
  { name: "BELLHOP_BREAKER_PROBE_SECONDS", fallback: "30", meaning: "How long an open circuit breaker holds everything back before it lets one attempt through; twice as long after each that fails, at most an hour." },
  { name: "BELLHOP_DISABLE_AFTER_HOURS", fallback: "120", meaning: "A webhook that had nothing but failures for so long is disabled." },
  { name: "BELLHOP_LEASE_SECONDS", fallback: "60", meaning: "How long a worker may hold a delivery before another takes it over; longer than any webhook timeout." },
  { name: "BELLHOP_RUN_HEARTBEAT_SECONDS", fallback: "300", meaning: "A running run that was silent for so long has crashed. The SDK reports every 30 s." },
  { name: "BELLHOP_KEEP_EXECUTIONS", fallback: "30d", meaning: "How long executions are kept with their attempts after they ended: days like `30d`, or `forever`. What is still to be delivered is always kept." },
  { name: "BELLHOP_KEEP_EVENTS", fallback: "30d", meaning: "How long events are kept, and at least as long as one of their executions: days, or `forever`." },
  { name: "BELLHOP_KEEP_HISTORIES", fallback: "forever", meaning: "How long history, system metrics and console output of a run are kept after it ended and was last heard of: days, or `forever`. The run itself stays, with config and summary." },
  { name: "BELLHOP_KEEP_AUDIT", fallback: "365d", meaning: "How long entries of the audit log are kept: days, or `forever`." },
  { name: "BELLHOP_KEEP_PENDING_VERSIONS", fallback: "7d", meaning: "How long a version of an artifact whose upload never ended is kept after something was last heard of it: days, or `forever`; longer than the longest upload of one file. Then it is deleted, and its content is no longer needed." },
  { name: "BELLHOP_KEEP_UNUSED_FILES", fallback: "7d", meaning: "How long the content of files is kept after nothing needs it any more; longer than the longest upload of one version." },
  { name: "BELLHOP_CALLBACK_HOURS", fallback: "168", meaning: "How long after its event a receiver may report to `${callback_url}`." },
  { name: "BELLHOP_LOOP_DEPTH", fallback: "8", meaning: "A change with so many deliveries behind it fires nothing more. Receivers say what they act on with the header `X-Bellhop-Callback`." },
  { name: "BELLHOP_LOOP_RATE", fallback: "600/10m", meaning: "How often one automation may fire for the same alias, tag, collection or run; what goes beyond is skipped. `off` for any number." },
  { name: "BELLHOP_SESSION_HOURS", fallback: "168", meaning: "How long a user who signed in with a password stays signed in." },
  { name: "BELLHOP_RATE_LIMIT_KEY", fallback: "60000", meaning: "Requests per minute with one API key or session, of each process; they may come at once. 0 for no limit. A client that is told 429 tries again after `Retry-After`; the SDK loses nothing." },
  { name: "BELLHOP_RATE_LIMIT_TEAM", fallback: "120000", meaning: "Requests per minute about one team, by its members. 0 for no limit." },
  { name: "BELLHOP_RATE_LIMIT_ADDRESS", fallback: "240000", meaning: "Requests per minute from one address (IPv6: one /64), with or without a key. 0 for no limit." },
  { name: "BELLHOP_RATE_LIMIT_FAILURES", fallback: "600", meaning: "Requests per minute with a wrong API key from one address; above it no key from there is looked at. 0 for no limit." },
  { name: "BELLHOP_TRUST_PROXY", fallback: "(none)", meaning: "Comma-separated addresses and CIDR ranges of proxies in front of this server, whose `X-Forwarded-For` tells where a request came from; `loopback` stands for this machine." },
  { name: "OTEL_EXPORTER_OTLP_ENDPOINT", fallback: "(off)", meaning: "Address of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://collector:4318`. Traces go there; without it nothing of OpenTelemetry is loaded. The other `OTEL_EXPORTER_OTLP_…` variables, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` mean what OpenTelemetry says." },
  { name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", fallback: "(off)", meaning: "The same, with the path, for traces alone: `http://collector:4318/v1/traces`." },
  { name: "OTEL_SDK_DISABLED", fallback: "false", meaning: "`true` sends no traces, whatever the others say." },
  { name: "OTEL_TRACES_SAMPLER", fallback: "parentbased_always_on", meaning: "Which traces are recorded: `always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_`, which does as the client decided." },
  { name: "OTEL_TRACES_SAMPLER_ARG", fallback: "1", meaning: "The share that `traceidratio` records, from 0 to 1." },
  { name: "OTEL_BSP_SCHEDULE_DELAY", fallback: "5000", meaning: "Milliseconds for which spans are gathered before they are sent." },
  { name: "BELLHOP_LOG_LEVEL", fallback: "info", meaning: "`debug`, `info`, `warn`, `error` or `silent`." },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]["name"];

export type Config = {
  host: string;
  port: number;
  publicUrl: string | null;
  dataDir: string;
  databaseUrl: string | null;
  admin: { username: string; password: string | null; apiKey: string | null };
  secretKey: string | null;
  furtherSecretKeys: readonly string[];
  allowLoopback: boolean;
  allowedNetworks: readonly AllowListEntry[];
  roles: { web: boolean; worker: boolean };
  retryScheduleMs: readonly number[];
  deliveryConcurrency: number;
  webhookConcurrency: number;
  breaker: { failures: number; probeMs: number; disableAfterMs: number };
  leaseMs: number;
  runHeartbeatMs: number;
  retention: { executionsMs: number | null; eventsMs: number | null; historiesMs: number | null; auditMs: number | null; pendingMs: number | null; unusedMs: number };
  callbackMs: number;
  loops: LoopLimits;
  sessionMs: number;
  requestsPerMinute: { key: number; team: number; address: number; failures: number };
  /** Empty for none. */
  trustedProxies: readonly string[];
  /** Null where no traces are sent. */
  tracing: { sampler: { kind: "always_on" | "always_off" | "traceidratio"; parentBased: boolean; ratio: number }; delayMs: number } | null;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
};

export type ConfigResult = { ok: true; config: Config; warnings: string[] } | { ok: false; problems: string[] };

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `0s,5s,5m,2h` → milliseconds. */
const schedule = z.string().transform((text, context) => {
  const waits = text.split(",").map((part) => /^(\d+)([smh])$/.exec(part.trim()));
  const parsed = waits.map((match) => Number(match?.[1] ?? Number.NaN) * (units[match?.[2] ?? ""] ?? Number.NaN));
  if (parsed.some(Number.isNaN) || parsed.length > 50 || parsed[0] !== 0) {
    context.addIssue({ code: "custom", message: "must be a list of at most 50 waits like 0s,5s,5m,2h, the first being 0s" });
    return z.NEVER;
  }
  return parsed;
});

/** `600/10m` → so many times within so many milliseconds; `off` → null. */
const loopRate = z.string().transform((text, context) => {
  if (text === "off") return null;
  const [, times, count, unit = ""] = /^([1-9]\d{0,6})\/([1-9]\d{0,3})([smh])$/.exec(text) ?? [];
  const unitMs = units[unit];
  if (unitMs !== undefined) return { times: Number(times), withinMs: Number(count) * unitMs };
  context.addIssue({ code: "custom", message: "must be like 600/10m, or off" });
  return z.NEVER;
});

const yes = /^(1|true|yes|on)$/i;
const no = /^(0|false|no|off|)$/i;
const flag = z.string().refine((text) => yes.test(text) || no.test(text), "must be true or false").transform((text) => yes.test(text));

const roles = z.string().transform((text, context) => {
  const names = text.split(",").map((name) => name.trim());
  if (names.length === 0 || names.some((name) => name !== "web" && name !== "worker")) {
    context.addIssue({ code: "custom", message: "must be web, worker or web,worker" });
    return z.NEVER;
  }
  return { web: names.includes("web"), worker: names.includes("worker") };
});

const wholeNumber = (min: number, max: number): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().regex(/^\d+$/, "must be a whole number").transform((text, context) => {
    const value = Number(text);
    if (value < min || value > max) context.addIssue({ code: "custom", message: `must be from ${min} to ${max}` });
    return value;
  });

const dayMs = 86_400_000;
const days = z.string().regex(/^[1-9]\d{0,4}d$/, "must be a number of days like 30d").transform((text) => Number(text.slice(0, -1)) * dayMs);
const age = z.union([z.literal("forever").transform(() => null), days], { error: "must be a number of days like 30d, or forever" });

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).transform((text) => text.replace(/\/+$/, ""));
const keyBytes = z.string().refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64 (openssl rand -base64 32)");
const keyList = z.string().transform((text) => text.split(",").map((part) => part.trim())).pipe(z.array(keyBytes));

const perMinute = wholeNumber(0, 1_000_000_000);

const proxies = z.string().transform((text, context) => {
  const entries = text.split(",").map((entry) => entry.trim());
  const wrong = entries.find((entry) => entry !== "loopback" && !isAddressOrRange(entry));
  if (wrong === undefined) return entries;
  context.addIssue({ code: "custom", message: `must be addresses, CIDR ranges or loopback; "${wrong.slice(0, 50)}" is none of these` });
  return z.NEVER;
});

function isAddressOrRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  // A range of everything would let every client choose its own address.
  return family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128)));
}

const readers = {
  BELLHOP_HOST: z.string().min(1).default("127.0.0.1"),
  BELLHOP_PORT: wholeNumber(0, 65_535).default(8080),
  BELLHOP_PUBLIC_URL: httpUrl.optional(),
  BELLHOP_DATA_DIR: z.string().min(1).optional(),
  BELLHOP_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must start with postgres://").optional(),
  BELLHOP_ADMIN_USERNAME: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "must be letters, digits, - and _, at most 64").default("admin"),
  BELLHOP_ADMIN_PASSWORD: z.string().refine(isPassword, passwordRule).optional(),
  BELLHOP_ADMIN_API_KEY: z.string().regex(/^[\w-]{40,}$/, "must have at least 40 letters, digits, - and _").optional(),
  BELLHOP_SECRET_KEY: keyBytes.optional(),
  BELLHOP_FURTHER_SECRET_KEYS: keyList.default([]),
  BELLHOP_ALLOW_LOOPBACK: flag.default(false),
  BELLHOP_ALLOWED_NETWORKS: z.string().default(""),
  BELLHOP_ROLES: roles.default({ web: true, worker: true }),
  BELLHOP_RETRY_SCHEDULE: schedule.default([0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000]),
  BELLHOP_DELIVERY_CONCURRENCY: wholeNumber(1, 10_000).default(1_000),
  BELLHOP_WEBHOOK_CONCURRENCY: wholeNumber(1, 1_000).default(32),
  BELLHOP_BREAKER_FAILURES: wholeNumber(1, 10_000).default(10),
  BELLHOP_BREAKER_PROBE_SECONDS: wholeNumber(1, 3_600).default(30),
  BELLHOP_DISABLE_AFTER_HOURS: wholeNumber(1, 8_760).default(120),
  BELLHOP_LEASE_SECONDS: wholeNumber(5, 3_600).default(60),
  BELLHOP_RUN_HEARTBEAT_SECONDS: wholeNumber(1, 86_400).default(300),
  BELLHOP_KEEP_EXECUTIONS: age.default(30 * dayMs),
  BELLHOP_KEEP_EVENTS: age.default(30 * dayMs),
  BELLHOP_KEEP_HISTORIES: age.default(null),
  BELLHOP_KEEP_AUDIT: age.default(365 * dayMs),
  BELLHOP_KEEP_PENDING_VERSIONS: age.default(7 * dayMs),
  BELLHOP_KEEP_UNUSED_FILES: days.default(7 * dayMs),
  BELLHOP_CALLBACK_HOURS: wholeNumber(1, 8_760).default(168),
  BELLHOP_LOOP_DEPTH: wholeNumber(1, 1_000).default(8),
  BELLHOP_LOOP_RATE: loopRate.default({ times: 600, withinMs: 600_000 }),
  BELLHOP_SESSION_HOURS: wholeNumber(1, 8_760).default(168),
  BELLHOP_RATE_LIMIT_KEY: perMinute.default(60_000),
  BELLHOP_RATE_LIMIT_TEAM: perMinute.default(120_000),
  BELLHOP_RATE_LIMIT_ADDRESS: perMinute.default(240_000),
  BELLHOP_RATE_LIMIT_FAILURES: perMinute.default(600),
  BELLHOP_TRUST_PROXY: proxies.default([]),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional(),
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_TRACES_SAMPLER: z.enum(["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"]).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number("must be a number from 0 to 1").min(0).max(1).default(1),
  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(1, 3_600_000).default(5_000),
  BELLHOP_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
} satisfies Record<SettingName, z.ZodType>;

const environment = z.object(readers);

/** Reads the environment; says all problems at once, and never repeats a secret's value. */
export function readConfig(env: Record<string, string | undefined>): ConfigResult {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const known = new Set<string>(settings.map(({ name }) => name));
  const unknown = Object.keys(given).filter((name) => name.startsWith("BELLHOP_") && !known.has(name));
  const parsed = environment.safeParse(given);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`) };
  const networks = parseAllowList(parsed.data.BELLHOP_ALLOWED_NETWORKS);
  if (!networks.ok) return { ok: false, problems: networks.problems.map((problem) => `BELLHOP_ALLOWED_NETWORKS ${problem}`) };
  return { ok: true, config: toConfig(parsed.data, networks.entries), warnings: [...unknown.map((name) => `${name} is not a setting; ignored`), ...addressWarnings(parsed.data)] };
}

const onlyThisMachine = /^(127\..*|localhost|::1)$/;

/** Uploads and downloads go where links point, and links to localhost are of no use to another machine. */
function addressWarnings({ BELLHOP_HOST: host, BELLHOP_PUBLIC_URL: publicUrl }: z.output<typeof environment>): string[] {
  return publicUrl === undefined && !onlyThisMachine.test(host) ? ["BELLHOP_PUBLIC_URL is not set: links will start with http://localhost, which other machines cannot follow"] : [];
}

const samplerKinds = { always_on: "always_on", always_off: "always_off", traceidratio: "traceidratio", parentbased_always_on: "always_on", parentbased_always_off: "always_off", parentbased_traceidratio: "traceidratio" } as const;

function tracingOf(value: z.output<typeof environment>): Config["tracing"] {
  const collector = value.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? value.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (collector === undefined || value.OTEL_SDK_DISABLED) return null;
  const name = value.OTEL_TRACES_SAMPLER;
  return { sampler: { kind: samplerKinds[name], parentBased: name.startsWith("parentbased_"), ratio: value.OTEL_TRACES_SAMPLER_ARG }, delayMs: value.OTEL_BSP_SCHEDULE_DELAY };
}

function toConfig(value: z.output<typeof environment>, allowedNetworks: readonly AllowListEntry[]): Config {
  return {
    host: value.BELLHOP_HOST,
    port: value.BELLHOP_PORT,
    publicUrl: value.BELLHOP_PUBLIC_URL ?? null,
    dataDir: resolve(value.BELLHOP_DATA_DIR ?? join(homedir(), ".bellhop")),
    databaseUrl: value.BELLHOP_DATABASE_URL ?? null,
    admin: {
      username: value.BELLHOP_ADMIN_USERNAME,
      password: value.BELLHOP_ADMIN_PASSWORD ?? null,
      apiKey: value.BELLHOP_ADMIN_API_KEY ?? null,
    },
    secretKey: value.BELLHOP_SECRET_KEY ?? null,
    furtherSecretKeys: value.BELLHOP_FURTHER_SECRET_KEYS,
    allowLoopback: value.BELLHOP_ALLOW_LOOPBACK,
    allowedNetworks,
    roles: value.BELLHOP_ROLES,
    retryScheduleMs: value.BELLHOP_RETRY_SCHEDULE,
    deliveryConcurrency: value.BELLHOP_DELIVERY_CONCURRENCY,
    webhookConcurrency: value.BELLHOP_WEBHOOK_CONCURRENCY,
    breaker: { failures: value.BELLHOP_BREAKER_FAILURES, probeMs: value.BELLHOP_BREAKER_PROBE_SECONDS * 1_000, disableAfterMs: value.BELLHOP_DISABLE_AFTER_HOURS * 3_600_000 },
    leaseMs: value.BELLHOP_LEASE_SECONDS * 1_000,
    runHeartbeatMs: value.BELLHOP_RUN_HEARTBEAT_SECONDS * 1_000,
    retention: {
      executionsMs: value.BELLHOP_KEEP_EXECUTIONS,
      eventsMs: value.BELLHOP_KEEP_EVENTS,
      historiesMs: value.BELLHOP_KEEP_HISTORIES,
      auditMs: value.BELLHOP_KEEP_AUDIT,
      pendingMs: value.BELLHOP_KEEP_PENDING_VERSIONS,
      unusedMs: value.BELLHOP_KEEP_UNUSED_FILES,
    },
    callbackMs: value.BELLHOP_CALLBACK_HOURS * 3_600_000,
    loops: { depth: value.BELLHOP_LOOP_DEPTH, rate: value.BELLHOP_LOOP_RATE },
    sessionMs: value.BELLHOP_SESSION_HOURS * 3_600_000,
    requestsPerMinute: { key: value.BELLHOP_RATE_LIMIT_KEY, team: value.BELLHOP_RATE_LIMIT_TEAM, address: value.BELLHOP_RATE_LIMIT_ADDRESS, failures: value.BELLHOP_RATE_LIMIT_FAILURES },
    trustedProxies: value.BELLHOP_TRUST_PROXY,
    tracing: tracingOf(value),
    logLevel: value.BELLHOP_LOG_LEVEL,
  };
}
