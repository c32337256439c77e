// npm run docs: writes docs/reference from the code. With --check it writes nothing and fails where a page is not up to date, and where
// one that people write names a path that does not exist.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorCatalogue, eventTypes, exampleOf, payloadVariables, verdicts } from "../packages/contract/src/index.ts";
import type { EventTypeSpec, VariableSpec } from "../packages/contract/src/index.ts";
import { settings } from "../packages/server/src/config.ts";
import type { Setting } from "../packages/server/src/config.ts";
import { auditActions } from "../packages/server/src/domain/audit.ts";
import { mostNoted, signInRefusals } from "../packages/server/src/domain/sign-in.ts";
import { reasons } from "../packages/server/src/domain/reason.ts";
import { hookFields, hookVariables } from "../packages/server/src/domain/run-hook-context.ts";
import { hookStates, longestTemplate, mostHooks } from "../packages/server/src/domain/run-hook.ts";
import { signatureMistakes } from "../packages/server/src/domain/signature/mistakes.ts";
import { declarations } from "../packages/server/src/http/health/declarations.ts";
import { supportedEvents } from "../packages/server/src/features/automations/check-event.ts";
import { namedButMissing, pages as writtenPages } from "./lib/named-paths.ts";

const generated = "<!-- Generated from the code by `npm run docs`. -->\n";
const table = (head: string[], rows: string[][]): string => [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
const code = (text: string): string => `\`${text}\``;

const listed: readonly Setting[] = settings;
const events: readonly EventTypeSpec[] = eventTypes;
const variables: readonly VariableSpec[] = payloadVariables;
const supported = new Set<string>(supportedEvents);
const watched = eventTypes.filter(({ type }) => supported.has(type));

/** An example per variable and event; blank where the variable becomes the empty string. */
const examples = variables.filter(({ kind }) => kind !== "secret").map(({ name, kind }) => {
  const written = kind === "prefix" ? `${name}model_type` : name;
  return [code(`\${${written}}`), ...watched.map(({ type }) => exampleOf(written, type)).map((example) => (example === undefined ? "" : code(typeof example === "string" ? example : JSON.stringify(example))))];
});

const hookReports = `\`{{ callback_url }}\` is the address to which the receiver may report \`running\`, \`succeeded\` or \`failed\` ([callbacks](../callbacks.md)): in a body as it is, in a URL percent-encoded like every value.

\`\`\`json
{"run_state": "finished", "url": "https://ci.example.com/evaluate?report_to={{ callback_url }}", "body": {"run": "{{ run.id }}", "report_to": "{{ callback_url }}"}}
\`\`\`

\`GET /api/v1/outcomes?run={entity}/{project}/{run}\` shows what was reported. Histories show \`[callback token]\` in place of the token, also where a template takes it out of the address. A receiver that starts a run sends the address along as \`X-Bellhop-Callback\`, so that hooks which start each other are [noticed](../loops.md).`;

const pages: Record<string, string> = {
  "settings.md": `# Settings\n\nBy environment variables. A wrong one ends the start with exit code 2, and all that are wrong are named at once.\n\n${table(
    ["Setting", "Default", "Meaning"],
    listed.map(({ name, fallback, meaning, secret }) => [code(name), code(fallback), meaning + (secret === true ? " A value that is given is never printed or logged." : "")]),
  )}\n`,
  "errors.md": `# Errors\n\nEvery REST answer that is not 2xx is \`{"error": {"code", "message", "details": [{"path", "message"}]}}\`. Codes never change.\n\n${table(
    ["Code", "Status", "Meaning"],
    Object.entries(errorCatalogue).map(([name, { status, meaning }]) => [code(name), String(status), meaning]),
  )}\n\n## Reasons\n\nWhy a firing was skipped, an attempt failed, or a delivery was given up; stored with executions and attempts.\n\n${table(["Reason", "Meaning"], Object.entries(reasons).map(([name, meaning]) => [code(name), meaning]))}\n\n## Verdicts\n\nWhat became of an event where an automation is concerned; the first that is true, from the top.\n\n${table(["Verdict", "Meaning"], Object.entries(verdicts).map(([name, meaning]) => [code(name), meaning]))}\n`,
  "signature-mistakes.md": `# Mistakes of signatures\n\nWhat \`POST /api/v1/signatures/check\` says of a signature that does not verify. Codes never change.\n\n${table(
    ["Mistake", "Meaning"],
    Object.entries(signatureMistakes).map(([name, meaning]) => [code(name), meaning]),
  )}\n`,
  "events.md": `# Events\n\nWhat automations can watch in this release.\n\n${table(
    ["Event", "On the wire", "Raised when", "Scopes"],
    events.filter(({ type }) => supported.has(type)).map(({ type, friendlyName, description, scopes }) => [code(friendlyName), code(type), description, scopes.join(", ")]),
  )}\n\n## Run hooks\n\nWhat the hooks of a run can wait for, by the words of \`run_state\`.\n\n${table(
    ["run_state", "Event", "Raised when"],
    events.filter(({ family }) => family === "run_hook").map(({ type, description }) => [code(type.slice("RUN_".length).toLowerCase()), code(type), description]),
  )}\n`,
  "run-hooks.md": `# Run hooks\n\nA hook is an object in the list \`_hooks\` of a run's config: \`run_state\` (${hookStates.join(", ")}), \`url\`, \`method\` (POST unless it is GET, which has no body) and \`body\` (\`{}\` when left out; what is no text is sent as JSON). URL and body are [Jinja2 templates](jinja2.md) over \`run\`, as it was when its state changed, and \`callback_url\`. At most ${mostHooks} hooks per run and ${longestTemplate} characters per template. The URL begins with http:// or https:// and a host; variables fill only what comes behind.\n\nA body that is JSON after rendering is sent as \`application/json\`, any other as \`text/plain; charset=utf-8\`, with the headers \`webhook-id\` (the same for all attempts), \`webhook-timestamp\`, \`traceparent\` and \`User-Agent\`. A hook has no secrets and no signature.\n\n${table(
    ["Attribute", "Meaning"],
    [...Object.entries(hookFields).map(([name, meaning]) => [code(`run.${name}`), meaning]), ...Object.entries(hookVariables).map(([name, meaning]) => [code(name), meaning])],
  )}\n\nWhat is missing prints nothing, what is null prints \`None\`. \`GET /api/v1/runs/{entity}/{project}/{run}/hooks\` shows the hooks of a run, what is wrong with one, and what became of it last; \`GET /api/v1/executions?run={entity}/{project}/{run}\` all that became of them. \`POST /api/v1/redeliveries\` delivers again what failed of a hook (\`{"selection": {"hook": "<id>"}}\`) or of all hooks that a run has, or had (\`{"selection": {"run": "entity/project/run"}}\`); with \`"dryRun": true\` it only counts.\n\n## What the receiver reports\n\n${hookReports}\n`,
  "variables.md": `# Payload variables\n\nWritten \`\${name}\` inside string values of a payload; a string that is exactly \`\${=name}\` keeps the variable's JSON type. A variable that does not apply to the event becomes the empty string; an unknown one is refused when the automation is saved. A webhook's own secrets are variables by their names.\n\n${table(
    ["Variable", "Meaning", "Example"],
    variables.map(({ name, kind, description, example }) => [code(`\${${name}${kind === "prefix" ? "<KEY>" : ""}}`), description, code(typeof example === "string" ? example : JSON.stringify(example))]),
  )}\n\n## By event\n\nWhat each variable may hold, for a version with the metadata \`{"model_type": "resnet50"}\`; blank where it becomes the empty string.\n\n${table(["Variable", ...watched.map(({ friendlyName }) => code(friendlyName))], examples)}\n`,
};

pages["audit.md"] = `# Audit log\n\nEvery entry of \`GET /api/v1/audit\` is one of these. It is written in the transaction of the change it tells of.\n\n${table(["Action", "Meaning"], Object.entries(auditActions).map(([name, meaning]) => [code(name), meaning]))}\n\n## Why a password was refused\n\nThe \`reason\` of \`session.refuse\` and \`user.refuse_password\`. In 24 hours at most ${mostNoted.user} such entries are written of each user, and ${mostNoted.nobody} of names that are nobody's; the last one says in \`nothingMoreUntil\` when it goes on.\n\n${table(["Reason", "Meaning"], Object.entries(signInRefusals).map(([name, meaning]) => [code(name), meaning]))}\n`;

pages["metrics.md"] = `# Metrics\n\nFor Prometheus at \`/metrics\` of every process, beside those of Node.js. Counters and histograms are of one process: add them up.\n\n${table(
  ["Metric", "Type", "Labels", "Meaning"],
  Object.values(declarations).map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(", "), help]),
)}\n`;

const folder = join(dirname(import.meta.dirname), "docs", "reference");
const check = process.argv.includes("--check");
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(pages)) {
  const path = join(folder, name);
  const wanted = generated + content;
  if (check) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== wanted) {
      console.error(`docs/reference/${name} is not up to date: run npm run docs.`);
      process.exitCode = 1;
    }
  } else writeFileSync(path, wanted);
}

if (check) {
  for (const page of writtenPages()) {
    for (const named of namedButMissing(page)) {
      console.error(`${page} names ${named}, which does not exist.`);
      process.exitCode = 1;
    }
  }
}
