// A whole server that pushes to an HTTP endpoint.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type HttpEndpoint, startHttpEndpoint } from "../../support/brokers/https.ts";
import { eventually, openWorld, USER, type World } from "./world.ts";

const ID = "push";
const stack = new AsyncDisposableStack();
let world: World;
let endpoint: HttpEndpoint;

beforeAll(async () => {
  endpoint = stack.use(await startHttpEndpoint());
  world = stack.use(await openWorld());
  const who = { authorizationContext: [USER] };
  await world.operator.open(ID, {
    ...{ connectionType: "http-push", uri: `http://pusher:s3cret-word@127.0.0.1:${endpoint.port}` },
    targets: [
      {
        ...{ ...who, address: "PUT:/twins/{{ thing:name }}", topics: ["_/_/things/twin/events"] },
        issuedAcknowledgementLabel: `${ID}:told`,
      },
      {
        ...{ ...who, address: "POST:/questions", topics: ["_/_/things/live/messages"] },
        issuedAcknowledgementLabel: "live-response",
      },
    ],
  });
}, 60_000);
afterAll(() => stack.disposeAsync());

const change = (thing: string) =>
  world.write(`${thing}/attributes/n`, 1, { "requested-acks": `["${ID}:told"]`, timeout: "1s" });

test("an event is pushed, and whoever waits for that learns what the endpoint answered", async () => {
  const thing = await world.aThing("pushed");
  endpoint.answer((_, response) =>
    response.writeHead(202, { "content-type": "application/json" }).end('{"got":1}'),
  );

  const response = await change(thing);

  expect([response.status, await response.json()]).toEqual([202, { got: 1 }]);
  const pushed = endpoint.received.filter(({ url }) => url === "/twins/pushed").at(-1);
  expect(pushed?.method).toBe("PUT");
  expect(pushed?.headers.authorization).toBe(`Basic ${Buffer.from("pusher:s3cret-word").toString("base64")}`);
  expect(JSON.parse(String(pushed?.body))).toMatchObject({ path: "/attributes/n", value: 1 });
});

test("an endpoint answers what a twin is asked", async () => {
  const thing = await world.aThing("asked");
  endpoint.answer((_, response) =>
    response.writeHead(201, { "content-type": "text/plain" }).end("Half past."),
  );

  expect(await world.ask(thing, "time", "What time is it?")).toEqual({ status: 201, text: "Half past." });
});

test("an endpoint that refuses, or is away, is noted without secrets, and pushed to again later", async () => {
  const { operator, server } = world;
  const thing = await world.aThing("refused");
  await operator.command(ID, "resetConnectionLogs");
  endpoint.answer((_, response) => response.writeHead(401).end());
  expect((await change(thing)).status).toBe(401);
  await endpoint.stop();
  expect((await change(thing)).status).toBeGreaterThanOrEqual(400);
  const logs = await operator.logs(ID);
  const failures = logs.filter(({ level, type }) => level === "failure" && type === "published");
  expect(failures.length).toBeGreaterThanOrEqual(2);
  expect(`${JSON.stringify(logs)}${server.stdout()}${server.stderr()}`).not.toContain("s3cret-word");

  await endpoint.start();
  endpoint.answer((_, response) => response.writeHead(204).end());

  await eventually(async () => expect((await change(thing)).status).toBe(204));
});

test("a password that the endpoint does not take makes acknowledgements negative, and shows in the log", async () => {
  const { operator } = world;
  const thing = await world.aThing("locked");
  const id = "locked";
  const right = `Basic ${Buffer.from("pusher:right-w0rd").toString("base64")}`;
  endpoint.answer(({ headers }, response) =>
    response.writeHead(headers.authorization === right ? 204 : 401, { "content-type": "text/plain" }).end(),
  );
  const connection = (password: string) => ({
    ...{ connectionType: "http-push", uri: `http://pusher:${password}@127.0.0.1:${endpoint.port}` },
    targets: [
      {
        ...{ address: "POST:/locked", topics: ["_/_/things/twin/events"], authorizationContext: [USER] },
        issuedAcknowledgementLabel: `${id}:told`,
      },
    ],
  });
  const acked = async () =>
    (await world.write(`${thing}/attributes/n`, 1, { "requested-acks": `["${id}:told"]`, timeout: "5s" }))
      .status;

  await operator.open(id, connection("wr0ng-word"));
  expect(await acked()).toBe(401);
  const failures = (await operator.logs(id)).filter(({ level }) => level === "failure");
  expect(failures.map(({ address, type }) => [address, type])).toEqual([
    ["POST:/locked", "published"],
    ["POST:/locked", "acknowledged"],
  ]);
  expect(failures[0]?.message).toMatch(/401/);
  expect(JSON.stringify(failures)).not.toContain("wr0ng-word");

  await operator.open(id, connection("right-w0rd"));
  expect(await acked()).toBe(204);
});
