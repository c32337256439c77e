import { describe, expect, test } from "vitest";
import { readConfig, settings } from "./config.ts";

describe("readConfig", () => {
  test("needs no setting at all", () => {
    expect(readConfig({})).toMatchObject({ ok: true, config: { port: 8080, host: "127.0.0.1", allowLoopback: false, roles: { web: true, worker: true } }, warnings: [] });
  });

  test("names all problems at once, and never repeats a secret", () => {
    const result = readConfig({ BELLHOP_PORT: "x", BELLHOP_ADMIN_PASSWORD: "hunter2", BELLHOP_SECRET_KEY: "c2hvcnQ=", BELLHOP_RETRY_SCHEDULE: "1x" });
    expect(result.ok ? [] : result.problems.map((problem) => problem.split(" ")[0])).toEqual(["BELLHOP_PORT", "BELLHOP_ADMIN_PASSWORD", "BELLHOP_SECRET_KEY", "BELLHOP_RETRY_SCHEDULE"]);
    expect(JSON.stringify(result)).not.toContain("hunter2");
    expect(JSON.stringify(result)).not.toContain("c2hvcnQ");
  });

  test("takes proxies as addresses and ranges, and refuses one that is everybody", () => {
    expect(readConfig({ BELLHOP_TRUST_PROXY: "10.0.0.1, 192.168.0.0/16,loopback,2001:db8::/32" })).toMatchObject({ ok: true, config: { trustedProxies: ["10.0.0.1", "192.168.0.0/16", "loopback", "2001:db8::/32"] } });
    for (const wrong of ["0.0.0.0/0", "true", "proxy.example.com", "10.0.0.0/33"]) expect(readConfig({ BELLHOP_TRUST_PROXY: wrong }), wrong).toMatchObject({ ok: false });
  });

  test("refuses networks that no setting may open, by name", () => {
    expect(readConfig({ BELLHOP_ALLOWED_NETWORKS: "10.0.0.0/8,169.254.0.0/16" })).toMatchObject({ ok: false, problems: [expect.stringContaining("169.254.0.0/16")] });
  });

  test("takes only schedules whose first attempt is made at once", () => {
    expect(readConfig({ BELLHOP_RETRY_SCHEDULE: "0s, 90s,2h" })).toMatchObject({ ok: true, config: { retryScheduleMs: [0, 90_000, 7_200_000] } });
    for (const schedule of ["5s,5m", "", "0s,,5s", Array(51).fill("0s").join(",")].filter(Boolean)) expect(readConfig({ BELLHOP_RETRY_SCHEDULE: schedule })).toMatchObject({ ok: false });
  });

  test("ignores what it does not know, and says so", () => {
    expect(readConfig({ BELLHOP_PROT: "1" })).toMatchObject({ ok: true, warnings: ["BELLHOP_PROT is not a setting; ignored"] });
  });

  test("warns of links that other machines cannot follow", () => {
    expect(readConfig({ BELLHOP_HOST: "0.0.0.0" })).toMatchObject({ ok: true, warnings: [expect.stringContaining("BELLHOP_PUBLIC_URL")] });
    expect(readConfig({ BELLHOP_HOST: "0.0.0.0", BELLHOP_PUBLIC_URL: "https://bellhop.example.com/" })).toMatchObject({ ok: true, config: { publicUrl: "https://bellhop.example.com" }, warnings: [] });
  });

  test("an empty value counts as none, and every setting of the reference page can be read", () => {
    expect(readConfig(Object.fromEntries(settings.map(({ name }) => [name, ""])))).toEqual(readConfig({}));
  });
});
