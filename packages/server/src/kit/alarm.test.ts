import { expect, test } from "vitest";
import { makeAlarm } from "./alarm.ts";

const anHour = 3_600_000;

test("an alarm ends the pause that is under way", async () => {
  const alarm = makeAlarm();
  const paused = alarm.pause(anHour);
  alarm.ring();
  await paused;
});

test("an alarm that rang before the pause lets none begin, until it is reset", async () => {
  const alarm = makeAlarm();
  alarm.ring();
  await alarm.pause(anHour);
  alarm.reset();
  const waited = await Promise.race([alarm.pause(anHour).then(() => "woken"), new Promise((resolve) => setTimeout(() => resolve("still paused"), 20))]);
  expect(waited).toBe("still paused");
  alarm.ring();
});
