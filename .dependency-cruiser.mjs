// Which way imports run. Each rule's comment says what to do instead. There is no exception list.
const S = "^packages/server/src";
const test = "\\.test\\.ts$|/testing/";

/** A room may import only what is named. */
const room = (name, from, to, comment) => ({
  name, comment, severity: "error",
  from: { path: from, pathNot: test },
  to: { path: "^(packages|e2e|bench)/", pathNot: [...to, "/node_modules/"] },
});

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", comment: "Move what both need one layer down, or hand it in from app.ts.", from: {}, to: { circular: true } },
    room("contract-imports-nothing-of-ours", "^packages/contract/", ["^packages/contract/"], "contract is what crosses a process border; move the code to where it is used."),
    room("kit-is-the-floor", `${S}/kit/`, [`${S}/kit/`], "kit imports nothing of ours; what knows our words belongs in domain."),
    room("domain-is-pure", `${S}/domain/`, [`${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "domain is pure; touch the world through db or a port."),
    room("ports-know-only-domain", `${S}/ports/`, [`${S}/ports/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "A port is an interface in our words; the implementation goes to adapters/."),
    room("adapters-plug-into-ports", `${S}/adapters/`, [`${S}/adapters/`, `${S}/ports/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "An adapter knows its port; app.ts joins it with the rest."),
    room("actions-are-plugs", `${S}/actions/`, [`${S}/actions/`, `${S}/ports/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "An action is a plug-in: it gets what it needs as arguments of render and send."),
    room("db-is-below", `${S}/db/`, [`${S}/db/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "db speaks SQL and domain; call it from a feature or a pipeline stage."),
    room("pipeline-is-below-features", `${S}/pipeline/`, [`${S}/pipeline/`, `${S}/ports/`, `${S}/db/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "The pipeline knows events, not verbs; let the verb capture."),
    room("features-are-below-faces", `${S}/features/`, [`${S}/features/`, `${S}/pipeline/`, `${S}/ports/`, `${S}/db/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "A verb does not know which face called it."),
    room("faces-call-verbs", `${S}/http/`, [`${S}/http/`, `${S}/features/`, `${S}/pipeline/`, `${S}/ports/`, `${S}/domain/`, `${S}/kit/`, "^packages/contract/"], "A face maps words and calls a verb; SQL belongs in db/queries behind a verb."),
    {
      name: "only-app-picks-plugs", severity: "error", comment: "Only app.ts picks adapters and actions; take the port as an argument.",
      from: { path: S, pathNot: `${test}|${S}/(app|main|serve|app-[a-z-]+)\\.ts$|${S}/(adapters|actions)/` }, to: { path: `${S}/(adapters|actions)/` },
    },
    {
      name: "feature-front-door", severity: "error", comment: "Import another feature through its index.ts, its only door.",
      from: { path: `${S}/features/([^/]+)/`, pathNot: test }, to: { path: `${S}/features/([^/]+)/`, pathNot: [`${S}/features/$1/`, `${S}/features/[^/]+/index\\.ts$`] },
    },
    {
      name: "faces-use-the-front-door", severity: "error", comment: "Import a feature through its index.ts, its only door.",
      from: { path: `${S}/(http|app|serve|main)`, pathNot: test }, to: { path: `${S}/features/[^/]+/`, pathNot: `${S}/features/[^/]+/index\\.ts$` },
    },
    {
      name: "stages-never-meet", severity: "error", comment: "A stage hands a typed value to the next; pipeline/index.ts holds the order.",
      from: { path: `${S}/pipeline/([^/]+)/`, pathNot: test }, to: { path: `${S}/pipeline/([^/]+)/`, pathNot: `${S}/pipeline/$1/` },
    },
    {
      name: "nobody-imports-the-server", severity: "error", comment: "Talk to the server over REST, with the types of the contract.",
      from: { path: "^(packages/(?!server)|e2e|bench)" }, to: { path: "^packages/server/" },
    },
    { name: "no-unresolvable", severity: "error", comment: "Declare the package, or fix the path.", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-dev-code-in-production", severity: "error", comment: "Production code imports no test helper and no dev dependency.",
      from: { path: "^packages/[^/]+/src", pathNot: test }, to: { path: test },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "node_modules/\\.cache" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"], extensions: [".ts", ".mjs", ".js", ".json"] },
  },
};
