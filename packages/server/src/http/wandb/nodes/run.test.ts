import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../../../domain/viewer.ts";
import { encodeId } from "../../../domain/global-id.ts";
import { findVisibleProject } from "../../../features/access/index.ts";
import { receiveReport, storeRunFile } from "../../../features/runs/index.ts";
import { runServices } from "../../../features/runs/testing/run-services.ts";
import type { Services } from "../../../features/services.ts";
import { silentLog } from "../../../kit/log.ts";
import type { TestDatabase } from "../../../testing/database.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { insertUser } from "../../../testing/people.ts";
import type { GraphqlAnswer } from "../graphql/execute.ts";
import { makeGraphql } from "../graphql/execute.ts";
import type { RootResolvers } from "../graphql/resolvers.ts";
import { readSchema } from "../graphql/schema.ts";
import { runMutations } from "../resolvers-runs.ts";
import "./join-fields.ts";
import { projectNode } from "./project.ts";

/** An answer's part, of whatever shape the document asked for. */
type Answered = ReturnType<typeof JSON.parse>;

let database: TestDatabase;
let services: Services;
let viewer: Viewer;
let graphql: ReturnType<typeof makeGraphql>;

const project: RootResolvers = {
  project: async (args: { name: string; entityName: string }, context) => {
    const found = await findVisibleProject(context.services.db, viewer, { entity: args.entityName, name: args.name });
    return found === null ? null : projectNode(context, found);
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
  services = runServices(database.db);
  viewer = await insertUser(database.db, "mia");
  graphql = makeGraphql({ schema: readSchema(), queries: { ...project, model: project["project"] as RootResolvers[string] }, mutations: runMutations, log: silentLog, missing: () => undefined });
});

afterAll(() => database.drop());

const ask = (query: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> => graphql({ query, variables, operationName: "" }, { services, viewer });

async function data(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, Answered>> {
  const answer = await ask(query, variables);
  expect(answer.body.errors).toBeUndefined();
  return answer.body.data as Record<string, Answered>;
}

const upsert = `mutation UpsertBucket ($id: String, $name: String, $project: String, $entity: String, $groupName: String, $description: String, $displayName: String, $notes: String, $commit: String, $config: JSONString, $host: String, $debug: Boolean, $program: String, $repo: String, $jobType: String, $state: String, $sweep: String, $tags: [String!], $summaryMetrics: JSONString) {
  upsertBucket(input: {id:$id,name:$name,groupName:$groupName,modelName:$project,entityName:$entity,description:$description,displayName:$displayName,notes:$notes,config:$config,commit:$commit,host:$host,debug:$debug,jobProgram:$program,jobRepo:$repo,jobType:$jobType,state:$state,sweep:$sweep,tags:$tags,summaryMetrics:$summaryMetrics}) {
    bucket { id name displayName description config sweepName project { id name entity { id name } } historyLineCount }
    inserted serverSettings { serverMessages { utfText } }
  }
}`;

const inRun = (name: string, selection: string): string => `query { project(name: "p", entityName: "mia") { run(name: "${name}") { ${selection} } } }`;
const run = async (name: string, selection: string): Promise<Answered> => (await data(inRun(name, selection)))["project"].run;
const make = (name: string, more: Record<string, unknown> = {}): Promise<Record<string, Answered>> => data(upsert, { entity: "mia", project: "p", name, ...more });
const report = (name: string, lines: string[], offset = 0): Promise<unknown> =>
  receiveReport(services, viewer, { entity: "mia", project: "p", run: name }, {
    history: { offset, lines: lines.map((text) => ({ text, value: JSON.parse(text.replace("NaN", "0")) as Record<string, unknown> })) },
    events: { offset, lines: [{ text: '{"system.cpu":50,"_runtime":3,"_wandb":true}', value: {} }] },
    output: { offset, lines: ["2024-05-01T10:00:00.1 one", "two"] },
    summary: '{"loss":NaN}', ended: null, preempting: false,
  });

describe("a run over GraphQL", () => {
  it("is made and answered as the SDK's core expects it", async () => {
    const made = await make("first", { config: '{"lr":{"value":0.1},"_wandb":{"value":{"t":{"1":[5]},"m":[]}}}', tags: ["a"], displayName: "one" });
    expect(made["upsertBucket"]).toMatchObject({
      inserted: true,
      serverSettings: { serverMessages: [] },
      bucket: { name: "first", displayName: "one", sweepName: null, historyLineCount: 0, project: { name: "p", entity: { name: "mia" } } },
    });
    expect((await make("first"))["upsertBucket"].inserted).toBe(false);
  });

  it("can be resumed: null when it is not there, counts and tails when it is", async () => {
    const status = (name: string): Promise<Record<string, Answered>> => data(`query RunResumeStatus ($project: String, $entity: String, $name: String!) {
      model(name: $project, entityName: $entity) { id name entity { id name } bucket(name: $name, missingOk: true) {
        id name summaryMetrics displayName logLineCount historyLineCount eventsLineCount historyTail eventsTail config tags notes wandbConfig(keys: ["t"]) } } }`, { project: "p", entity: "mia", name });
    expect((await status("nothing"))["model"].bucket).toBeNull();
    await report("first", ['{"_step":0,"loss":1}', '{"_step":1,"loss":NaN}']);
    const { bucket } = (await status("first"))["model"];
    expect(bucket).toMatchObject({ historyLineCount: 2, eventsLineCount: 1, logLineCount: 2, summaryMetrics: '{"loss":NaN}', tags: ["a"], wandbConfig: '{"t":{"1":[5]}}' });
    expect(JSON.parse(bucket.historyTail)).toEqual(['{"_step":1,"loss":NaN}']);
    expect(JSON.parse(JSON.parse(bucket.eventsTail)[0])).toMatchObject({ _runtime: 3 });
  });

  it("gives its history in every form that clients ask for", async () => {
    expect(await run("first", "history(samples: 10)")).toEqual({ history: ['{"_step":0,"loss":1}', '{"_step":1,"loss":NaN}'] });
    expect(await run("first", "history(minStep: 1, maxStep: 1001, samples: 1000)")).toEqual({ history: ['{"_step":1,"loss":NaN}'] });
    const spec = JSON.stringify(JSON.stringify({ keys: ["_step", "loss"], minStep: 0, maxStep: 0, samples: 10 }));
    expect(await run("first", `sampledHistory(specs: [${spec}])`)).toEqual({ sampledHistory: [[{ _step: 0, loss: 1 }]] });
    expect(await run("first", 'parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }')).toEqual({ parquetHistory: { parquetUrls: [], liveData: [{ _step: 0 }] } });
    const { historyKeys } = await run("first", "historyKeys");
    expect(historyKeys).toMatchObject({ lastStep: 1, keys: { loss: { typeCounts: [{ type: "number", count: 2 }] } } });
    expect(await run("first", "events(samples: 5) systemMetrics")).toMatchObject({ systemMetrics: '{"system.cpu":50}' });
    expect(await run("first", "logLineCount logLines(last: 1) { edges { node { number timestamp level label line } } }")).toMatchObject({ logLines: { edges: [{ node: { number: 1, line: "two" } }] } });
    const page = await run("first", 'logLines(first: 1, after: null, useImprovedPagination: true) { edges { node { number line } } pageInfo { endCursor hasNextPage } }');
    expect(page.logLines).toMatchObject({ edges: [{ node: { number: 0, line: "one" } }], pageInfo: { hasNextPage: true } });
  });

  it("is rewound, stopped, moved and deleted", async () => {
    const made = await make("second");
    const { id } = made["upsertBucket"].bucket;
    await report("second", ['{"_step":0}', '{"_step":1}', '{"_step":2}']);
    const rewound = await data('mutation { rewindRun(input: {runName: "second", entityName: "mia", projectName: "p", metricName: "_step", metricValue: 1}) { rewoundRun { id historyLineCount config project { name } } } }');
    expect(rewound["rewindRun"].rewoundRun).toMatchObject({ id, historyLineCount: 2, project: { name: "p" } });
    expect(await data("mutation ($id: ID!) { stopRun(input: {id: $id}) { clientMutationId success } }", { id })).toEqual({ stopRun: { clientMutationId: null, success: true } });
    expect(await run("second", "stopped state running readOnly")).toEqual({ stopped: true, state: "running", running: true, readOnly: false });
    await data("mutation ($input: UpdateRunStateInput!) { updateRunState(input: $input) { success } }", { input: { id, state: "failed" } });
    expect(await run("second", "state failed stopped")).toEqual({ state: "failed", failed: true, stopped: false });
    expect((await ask("mutation ($id: ID!) { deleteRun(input: {id: $id, deleteArtifacts: true}) { clientMutationId } }", { id })).status).toBe(400);
    await data("mutation ($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }", { id, deleteArtifacts: false });
    expect(await run("second", "id")).toBeNull();
    expect((await ask("mutation ($id: ID!) { stopRun(input: {id: $id}) { success } }", { id: encodeId("Project", 1) })).status).toBe(404);
  });

  it("is listed with a filter, a page at a time, and counted", async () => {
    for (const name of ["l0", "l1", "l2"]) await make(name, { groupName: "listed" });
    const runs = `query Runs($cursor: String, $perPage: Int = 50, $order: String, $filters: JSONString) { project(name: "p", entityName: "mia") {
      internalId runCount(filters: $filters) readOnly runs(filters: $filters, after: $cursor, first: $perPage, order: $order) {
        edges { node { projectId id name group user { name username } createdAt heartbeatAt } cursor } pageInfo { endCursor hasNextPage } } } }`;
    const variables = { filters: '{"group":"listed"}', perPage: 2, order: "-created_at" };
    const first = (await data(runs, variables))["project"];
    expect(first.runCount).toBe(3);
    expect(first.runs.edges.map((edge: Answered) => edge.node.name)).toEqual(["l2", "l1"]);
    expect(first.runs.pageInfo.hasNextPage).toBe(true);
    const second = (await data(runs, { ...variables, cursor: first.runs.edges.at(-1).cursor }))["project"];
    expect(second.runs.edges.map((edge: Answered) => edge.node)).toMatchObject([{ name: "l0", user: { name: "mia", username: "mia" } }]);
    expect(second.runs.pageInfo.hasNextPage).toBe(false);
    const bad = await ask(runs, { filters: '{"colour":1}' });
    expect(bad.body.errors?.[0]?.message).toContain("filters.colour");
  });

  it("has files, with links to write and to read them", async () => {
    await make("filed");
    const create = 'mutation ($files: [String!]!) { createRunFiles(input: {entityName: "mia", projectName: "p", runName: "filed", files: $files}) { runID uploadHeaders files { name uploadUrl } } }';
    const made = (await data(create, { files: ["wandb-metadata.json", "a.txt"] }))["createRunFiles"];
    expect(made.uploadHeaders).toEqual([]);
    expect(made.files.map((file: Answered) => file.name).toSorted()).toEqual(["a.txt", "wandb-metadata.json"]);
    const mark = 'mutation { markRunFilesUploaded(input: {entityName: "mia", projectName: "p", runName: "filed", files: ["wandb-metadata.json"]}) { success } }';
    expect(await data(mark)).toEqual({ markRunFilesUploaded: { success: false } });
    const body = JSON.stringify({ os: "Linux", python: "3.11", args: ["--x"], cpu_count: 4, git: { remote: "r", commit: "c" } });
    const url = new URL(made.files.find((file: Answered) => file.name === "wandb-metadata.json").uploadUrl);
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(body);
    }
    await storeRunFile(services, Number(url.pathname.split("/").at(-1)), { body: bytes(), sizeBytes: null, md5Base64: null, mimeType: "application/json" });
    expect(await data(mark)).toEqual({ markRunFilesUploaded: { success: true } });
    const { files, fileCount, runInfo } = await run("filed", `fileCount runInfo { os args cpuCount gpuCount git { commit } }
      files(names: [], first: 50, pattern: "wandb-%") { uploadHeaders edges { node { id name url(upload: false) directUrl sizeBytes mimetype updatedAt md5 } cursor } pageInfo { endCursor hasNextPage } }`);
    expect(fileCount).toBe(1);
    expect(runInfo).toEqual({ os: "Linux", args: ["--x"], cpuCount: 4, gpuCount: null, git: { commit: "c" } });
    expect(files.edges[0].node).toMatchObject({ name: "wandb-metadata.json", sizeBytes: body.length, mimetype: "application/json" });
    expect(files.edges[0].node.directUrl).toMatch(/^http:\/\/bellhop\.test\/storage\/run-files\/\d+\?/);
    const remove = "mutation deleteFiles($files: [ID!]!, $projectId: Int) { deleteFiles(input: {files: $files, projectId: $projectId}) { success } }";
    expect(await data(remove, { files: [files.edges[0].node.id], projectId: 1 })).toEqual({ deleteFiles: { success: true } });
    expect((await run("filed", "fileCount")).fileCount).toBe(0);
    expect((await ask(remove, { files: [files.edges[0].node.id] })).status).toBe(404);
  });
});
