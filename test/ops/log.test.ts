import { expect, test } from "vitest";
import { createLog } from "../../src/ops/log.ts";
import { readable } from "../../src/ops/log-lines.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let lines = "";
  write(createLog({ logLevel: "info" }, { write: (line) => (lines += line) }));
  return lines;
}

test("a line is JSON with time, level and message", () => {
  const line = JSON.parse(logged((log) => log.info({ thing: "org.factory:press-1" }, "created")));

  expect(line).toMatchObject({ level: "info", msg: "created", thing: "org.factory:press-1" });
  expect(new Date(line.time).toISOString()).toBe(line.time);
});

test("messages below the level are left out", () => {
  expect(logged((log) => log.debug("quiet"))).toBe("");
});

test("credentials are not written", () => {
  const lines = logged((log) => {
    log.info({ headers: { authorization: "Basic hunter2" } }, "request");
    log.info({ password: "hunter2", config: { users: ["hunter2"], databaseUrl: "hunter2" } }, "start");
    log.error(new Error("no answer from postgres://me:hunter2@db:5432/twins"));
  });

  expect(lines).not.toContain("hunter2");
  expect(lines).toContain("postgres://me:***@db:5432/twins");
});

test("on a terminal a line is for people", () => {
  const line = readable(
    '{"level":"warn","time":"2026-01-02T03:04:05.678Z","port":8080,"err":{"stack":"Error: x"},"msg":"slow"}\n',
  );

  expect(line).toBe('03:04:05.678 WARN slow {"port":8080}\nError: x\n');
});
