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
