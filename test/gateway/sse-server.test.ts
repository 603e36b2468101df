// Event streams of a real server: what brings events, who may see them, and how they end.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const THINGS = "/api/2/things";

async function ask(subject: string, method: string, path: string, body?: unknown): Promise<Response> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await server.fetch(path, {
    method,
    headers: { "x-ditto-pre-authenticated": `nginx:${subject}`, "content-type": type, authorization: "" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

interface Stream extends Disposable {
  /** Data of the events so far, without heartbeats; what has a name is followed by it. */
  readonly events: string[];
  readonly status: number;
  isOver: boolean;
}

async function listen(subject: string, path: string, from = server): Promise<Stream> {
  const leaving = new AbortController();
  const response = await from.fetch(path, {
    headers: {
      "x-ditto-pre-authenticated": `nginx:${subject}`,
      accept: "text/event-stream",
      authorization: "",
    },
    signal: leaving.signal,
  });
  const stream = {
    events: [] as string[],
    status: response.status,
    isOver: false,
    [Symbol.dispose]: () => leaving.abort(),
  };
  void read(response, stream).catch(() => undefined);
  return stream;
}

async function read({ body }: Response, stream: Stream): Promise<void> {
  let text = "";
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    const parts = (text + Buffer.from(chunk)).split("\n\n");
    text = parts.pop() as string;
    stream.events.push(...parts.filter((part) => part !== "data:").map((part) => part.replace(/^data:/, "")));
  }
  stream.isOver = true;
}

const everything = { grant: ["READ", "WRITE"], revoke: [] };
const owner = {
  subjects: { "nginx:owner": { type: "test" } },
  resources: { "thing:/": everything, "policy:/": everything, "message:/": everything },
};

/** Makes a thing that `nginx:reader` may see the attribute `open` of. */
async function create(id: string): Promise<void> {
  const read = { grant: ["READ"], revoke: [] };
  const reader = {
    subjects: { "nginx:reader": { type: "test" } },
    resources: { "thing:/attributes/open": read, "message:/inbox/messages/open": read },
  };
  await ask("owner", "PUT", `/api/2/policies/${id}`, { entries: { owner, reader } });
  await ask("owner", "PUT", `${THINGS}/${id}`, { policyId: id, attributes: { open: 0, secret: 0 } });
}

describe("the streams of a server", () => {
  test("bring what each reader may see, in the order of the changes", async () => {
    const id = "org.acme:seen";
    await create(id);
    using all = await listen("owner", THINGS);
    using part = await listen("reader", THINGS);
    using nobody = await listen("stranger", THINGS);
    using value = await listen("reader", `${THINGS}/${id}/attributes/open`);
    using enriched = await listen(
      "owner",
      `${THINGS}?filter=${encodeURIComponent('eq(attributes/secret,"y")')}&extraFields=attributes/open`,
    );

    await ask("owner", "PUT", `${THINGS}/${id}/attributes/open`, 1);
    await ask("owner", "PUT", `${THINGS}/${id}/attributes/secret`, "x");
    await ask("owner", "PATCH", `${THINGS}/${id}`, { attributes: { open: 2, secret: "y" } });
    await ask("owner", "DELETE", `${THINGS}/${id}/attributes/open`);

    const told = (attributes?: object) => JSON.stringify({ thingId: id, ...(attributes && { attributes }) });
    await expect
      .poll(() => all.events)
      .toEqual([told({ open: 1 }), told({ secret: "x" }), told({ open: 2, secret: "y" }), told()]);
    await expect.poll(() => part.events).toEqual([told({ open: 1 }), told({ open: 2 }), told()]);
    await expect.poll(() => value.events).toEqual(["1", "2"]);
    await expect.poll(() => enriched.events).toEqual([told({ open: 2, secret: "y" })]);
    expect(nobody.events).toEqual([]);
  });

  test("bring messages to those who may read them", async () => {
    const id = "org.acme:told";
    await create(id);
    using all = await listen("owner", `${THINGS}/${id}/inbox/messages`);
    using part = await listen("reader", `${THINGS}/${id}/inbox/messages`);
    using one = await listen("owner", `${THINGS}/${id}/inbox/messages/open`);

    for (const subject of ["open", "secret"])
      await ask("owner", "POST", `${THINGS}/${id}/inbox/messages/${subject}?timeout=0`, { q: subject });

    const [open, secret] = ["open", "secret"].map((subject) => `{"q":"${subject}"}\nevent:${subject}`);
    await expect.poll(() => all.events).toEqual([open, secret]);
    await expect.poll(() => part.events).toEqual([open]);
    await expect.poll(() => one.events).toEqual([open]);
  });

  test("bring the past, and end with it", async () => {
    const id = "org.acme:past";
    await create(id);
    await ask("owner", "PUT", `${THINGS}/${id}/attributes/open`, 1);
    await ask("owner", "PUT", `${THINGS}/${id}/attributes/open`, 5);

    const filter = encodeURIComponent("gt(attributes/open,3)");
    using all = await listen(
      "owner",
      `${THINGS}/${id}?from-historical-revision=2&fields=_revision,attributes`,
    );
    using some = await listen("owner", `${THINGS}/${id}?from-historical-revision=0&filter=${filter}`);
    using none = await listen("stranger", `${THINGS}/${id}?from-historical-revision=0`);

    await expect.poll(() => [all.isOver, some.isOver, none.isOver]).toEqual([true, true, true]);
    expect(all.events).toEqual([
      '{"_revision":2,"attributes":{"open":1}}',
      '{"_revision":3,"attributes":{"open":5}}',
    ]);
    expect(some.events).toEqual([`{"thingId":"${id}","attributes":{"open":5}}`]);
    expect(none.events.map((event) => JSON.parse(event))).toMatchObject([{ error: "things:thing.notfound" }]);
  });

  test("go on for others when a policy takes a reader's rights", async () => {
    const id = "org.acme:taken";
    await create(id);
    using all = await listen("owner", `${THINGS}/${id}`);
    using part = await listen("reader", `${THINGS}/${id}`);

    await ask("owner", "PUT", `${THINGS}/${id}/attributes/open`, 1);
    await ask("owner", "DELETE", `/api/2/policies/${id}/entries/reader`);
    await ask("owner", "PUT", `${THINGS}/${id}/attributes/open`, 2);

    await expect.poll(() => all.events).toHaveLength(2);
    expect(part.events).toHaveLength(1);
  });

  test("are for things only: a policy is answered as ever", async () => {
    const id = "org.acme:policy";
    await create(id);

    const answer = await server.fetch(`/api/2/policies/${id}?from-historical-revision=1`, {
      headers: { "x-ditto-pre-authenticated": "nginx:owner", accept: "text/event-stream", authorization: "" },
    });

    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toMatchObject({ policyId: id });
  });
});

test("a server that is told to throttles its streams, and loses nothing", async () => {
  await using other = await startServer({
    env: {
      ENABLE_PRE_AUTHENTICATION: "true",
      GATEWAY_SSE_THROTTLING_ENABLED: "true",
      GATEWAY_SSE_THROTTLING_INTERVAL: "500ms",
      GATEWAY_SSE_THROTTLING_LIMIT: "1",
    },
  });
  const headers = { "x-ditto-pre-authenticated": "nginx:owner", "content-type": "application/json" };
  using stream = await listen("owner", `${THINGS}/org.acme:paced/attributes/a`, other);

  const begun = performance.now();
  for (const a of [1, 2, 3]) {
    const body = JSON.stringify({ attributes: { a } });
    await other.fetch(`${THINGS}/org.acme:paced`, { method: "PUT", headers, body });
  }

  await expect.poll(() => stream.events, { timeout: 5_000 }).toEqual(["1", "2", "3"]);
  expect(performance.now() - begun).toBeGreaterThan(950);
}, 60_000);

test("a server that stops ends its streams, tells why, and does not wait for them", async () => {
  await using other = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  using stream = await listen("owner", THINGS, other);

  const code = await other.stop();

  expect(code).toBe(0);
  await expect.poll(() => stream.isOver).toBe(true);
  expect(JSON.parse(stream.events.at(-1) as string)).toMatchObject({
    error: "gateway:streaming.session.aborted",
  });
}, 60_000);
