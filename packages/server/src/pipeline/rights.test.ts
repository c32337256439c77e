import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../db/database.ts";
import { createAutomation, deleteAutomation, updateAutomation } from "../features/automations/index.ts";
import type { World } from "../features/automations/testing/automation-world.ts";
import { insertCollection, insertProject, makeWorld } from "../features/automations/testing/automation-world.ts";
import { removeTeamMember, setTeamMember } from "../features/teams/index.ts";
import type { Viewer } from "../domain/viewer.ts";
import { addMember, insertUser } from "../testing/people.ts";
import { exampleChange, executions, insertWebhook, startTestPipeline } from "../testing/pipeline.ts";
import type { StoredExecution } from "../testing/pipeline.ts";
import type { Receiver } from "../testing/receiver.ts";
import { startReceiver } from "../testing/receiver.ts";
import { until } from "../testing/until.ts";

let world: World;
let receiver: Receiver;
let project: number;
let collection: number;
let webhook: string;
beforeAll(async () => {
  world = await makeWorld();
  receiver = await startReceiver();
  project = await insertProject(world.services.db, world.teamId, "mnist");
  webhook = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.teamId });
});
beforeEach(async () => {
  collection = await insertCollection(world.services.db, { entityId: world.teamId, projectId: project }, `models ${world.services.ids()}`, "sequence");
  await setTeamMember(world.services, world.admin, { team: "vision-team", username: "mia", role: "member" });
  receiver.received.length = 0;
});
afterAll(async () => {
  await receiver.close();
  await world.drop();
});

const automationOf = (author: Viewer, webhookId = webhook): ReturnType<typeof createAutomation> => createAutomation(world.services, author, {
  name: "deploy", description: null, enabled: true, scope: { kind: "collection", id: collection }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" },
  action: { type: "GENERIC_WEBHOOK", webhook: { id: webhookId }, payload: null },
});
const ring = (): Promise<void> => world.services.db.transaction((tx) =>
  world.services.pipeline.captureChange(tx, exampleChange({ subject: { collectionId: collection, projectId: project, projectName: "mnist", entityId: world.teamId, entityName: "vision-team" } })));
const demote = (role: "viewer" | "member" = "viewer"): Promise<void> => setTeamMember(world.services, world.admin, { team: "vision-team", username: "mia", role });

/** Lets the workers run until nothing is left to deliver; gives what became of the automation's executions. */
async function deliverAll(automationId: string): Promise<StoredExecution[]> {
  const running = startTestPipeline(world.services.db, { secretStore: world.services.secretStore });
  await until("every job is done", async () => (await world.services.db.query(sql("test_jobs", "select execution_id from delivery_jobs"), [])).length === 0);
  await running.stop();
  return (await executions(world.services.db)).filter((each) => each.automation_id === automationId);
}

describe("the rights of whom an automation acts for are asked again when it delivers", () => {
  test("a demoted member's queued delivery is skipped with its reason, and nothing is sent", async () => {
    const { id } = await automationOf(world.member);
    await ring();
    await demote();
    expect(await deliverAll(id)).toMatchObject([{ status: "skipped", reason: "rights_lost", attempt_count: 1 }]);
    expect(receiver.received).toHaveLength(0);
  });

  test("a member who left, and one who has the role again", async () => {
    const { id } = await automationOf(world.member);
    await ring();
    await removeTeamMember(world.services, world.admin, { team: "vision-team", username: "mia" });
    expect(await deliverAll(id)).toMatchObject([{ status: "skipped", reason: "rights_lost" }]);
    await ring();
    await demote("member");
    expect((await deliverAll(id)).map(({ status }) => status)).toEqual(["skipped", "finished"]);
    expect(receiver.received).toHaveLength(1);
  });

  test("a project's automation needs an administrator, a collection's a member", async () => {
    await setTeamMember(world.services, world.admin, { team: "vision-team", username: "mia", role: "admin" });
    const { id } = await createAutomation(world.services, world.member, {
      name: "deploy", description: null, enabled: true, scope: { kind: "project", id: project }, event: { type: "ADD_ARTIFACT_ALIAS", filter: "{}" }, action: { type: "NO_OP" },
    });
    const ofCollection = await automationOf(world.member);
    await ring();
    await demote("member");
    await deliverAll(id);
    const stored = await executions(world.services.db);
    expect(stored.filter(({ automation_id }) => automation_id === id)).toMatchObject([{ status: "skipped", reason: "rights_lost" }]);
    expect(stored.filter(({ automation_id }) => automation_id === ofCollection.id)).toMatchObject([{ status: "finished" }]);
    await deleteAutomation(world.services, world.admin, { id });
  });

  test("a retry is no exception", async () => {
    const { id } = await automationOf(world.member);
    receiver.answer(async (_request, count) => {
      if (count === 1) await demote();
      return { status: 500 };
    });
    await ring();
    expect(await deliverAll(id)).toMatchObject([{ status: "skipped", reason: "rights_lost", attempt_count: 2 }]);
    expect(receiver.received).toHaveLength(1);
    receiver.answer(() => ({ status: 200 }));
  });

  test("someone who has the rights takes the automation over by saving it as it is, and what waits is delivered", async () => {
    const { id, revision } = await automationOf(world.member);
    await ring();
    await demote();
    const saved = await updateAutomation(world.services, world.admin, { id, enabled: true });
    expect(saved.revision).toBe(revision + 1);
    expect((await updateAutomation(world.services, world.admin, { id, enabled: true })).revision, "once").toBe(revision + 1);
    expect(await deliverAll(id)).toMatchObject([{ status: "finished" }]);
  });

  test("a webhook that a user owns hears nothing of a team that they left, whoever edited the automation last", async () => {
    const own = await insertWebhook(world.services.db, { url: receiver.url, entityId: world.member.entityId });
    const { id } = await automationOf(world.member, own);
    await updateAutomation(world.services, world.admin, { id, name: "taken over" });
    await ring();
    expect(await deliverAll(id)).toMatchObject([{ status: "finished" }]);
    await ring();
    await removeTeamMember(world.services, world.admin, { team: "vision-team", username: "mia" });
    await world.services.db.query(sql("test_leave_org", "delete from organization_members where user_id = $1"), [world.member.userId]);
    expect((await deliverAll(id)).map(({ status }) => status)).toEqual(["finished", "skipped"]);
  });

  test("an automation whose author was deleted is the team's, and a deleted automation still delivers what it planned", async () => {
    const guest = await insertUser(world.services.db, `guest-${world.services.ids()}`);
    await addMember(world.services.db, world.teamId, guest, "member");
    const { id } = await automationOf(guest);
    await ring();
    await world.services.db.query(sql("test_delete_user", "delete from users where id = $1"), [guest.userId]);
    await deleteAutomation(world.services, world.admin, { id });
    expect(await deliverAll(id)).toMatchObject([{ status: "finished" }]);
  });
});
