// Runs the rows of a table: each is a test, on a thing of its own, against the server of its table's settings.

import { beforeAll, describe, expect, test } from "vitest";
import type { OurResponse } from "../replay/compare.ts";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { ofDevice, ofListener } from "./bystanders.ts";
import { type Context, openContext } from "./context.ts";
import type { CommandStep, EventStep, HttpAnswer, HttpStep, Row, Step, Table } from "./row.ts";
import { lamp } from "./scene.ts";
import { asDitto, create, type Servers } from "./servers.ts";

/** How long a message may take that must come. */
const PATIENCE_MS = 5_000;

/** Makes a test of each row. */
export function walk({ title, rows, env }: Table, servers: Servers, nth: number): void {
  describe(title, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await servers.with(env ?? {});
    });

    for (const [index, row] of rows.entries()) {
      test(testName(row), async () => {
        await using context = openContext(server, `t${nth}r${index}`);
        await create(server, context.fill("{thing}"), { policyId: "org.acme:policy", ...lamp });
        if (row.steps.some(({ kind }) => kind === "event")) await context.watcher();
        for (const step of row.steps) await take(step, context);
      });
    }
  });
}

/** The name of the test that a row is. */
export const testName = ({ what, says }: Row): string => `${what}: ${says}`;

function take(step: Step, context: Context): Promise<void> {
  switch (step.kind) {
    case "http":
      return ask(step, context);
    case "command":
      return order(step, context);
    case "event":
      return hear(step, context);
    case "device":
      return ofDevice(step, context);
    case "listener":
      return ofListener(step, context);
    case "meanwhile":
      context.pending = take(step.step, context);
      context.pending.catch(() => undefined); // told when its answer is waited for
      return Promise.resolve();
    case "answered":
      return context.pending ?? Promise.reject(new Error("nothing was begun"));
  }
}

async function ask({ method, path, headers, body, gives }: HttpStep, context: Context): Promise<void> {
  const given = context.fill(headers);
  const wanted = context.fill(gives);
  const answer = await send(context.server.url, {
    method,
    path: context.fill(path),
    headers: "authorization" in given ? given : { ...asDitto, ...given },
    ...(body !== undefined && { body: context.fill(body) }),
  });
  const names = new Map(answer.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const tag = names.get("etag");
  if (tag !== undefined) context.sawTag(tag);
  const asked = `${method} ${context.fill(path)} → ${answer.status} ${answer.body.slice(0, 500)}`;
  expect(answer.status, asked).toBe(wanted.status);
  expectHeaders(names, wanted.headers ?? {}, asked);
  expectBody(answer, wanted, asked);
}

function expectHeaders(
  names: ReadonlyMap<string, string>,
  wanted: NonNullable<HttpAnswer["headers"]>,
  asked: string,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const header = names.get(name);
    if (value === null) expect(header, `${asked}\n${name}`).toBeUndefined();
    else if (typeof value === "string") expect(header, `${asked}\n${name}`).toBe(value);
    else expect(header ?? "(absent)", `${asked}\n${name}`).toMatch(value);
  }
}

function expectBody({ body }: OurResponse, wanted: HttpAnswer, asked: string): void {
  const parsed = () => JSON.parse(body) as unknown;
  if (wanted.error !== undefined) {
    expect(parsed(), asked).toMatchObject({
      status: wanted.status,
      error: wanted.error,
      message: expect.any(String),
    });
  }
  if (wanted.body !== undefined) expect(parsed(), asked).toEqual(wanted.body);
  if (wanted.has !== undefined) expect(parsed(), asked).toMatchObject(wanted.has);
  if (wanted.text !== undefined) expect(body, asked).toMatch(wanted.text);
  if (wanted.status === 202 || wanted.status === 204 || wanted.status === 304) expect(body).toBe("");
}

async function order({ message, gives, as }: CommandStep, context: Context): Promise<void> {
  const session = await context.session(as ?? "nginx:ditto");
  session.send(context.fill(message));
  const wanted = context.fill(gives);
  if (wanted === undefined) return;
  const text = await session.next(PATIENCE_MS);
  if (typeof wanted === "string") expect(text).toBe(wanted);
  else expect(JSON.parse(text), text).toMatchObject(wanted);
}

async function hear({ gives }: EventStep, context: Context): Promise<void> {
  const watcher = await context.watcher();
  const topic = context.fill("org.acme/{name}/");
  let text = await watcher.next(PATIENCE_MS);
  while (!(JSON.parse(text) as { topic: string }).topic.startsWith(topic))
    text = await watcher.next(PATIENCE_MS);
  expect(JSON.parse(text), text).toMatchObject(context.fill(gives));
}
