import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import { type NatsServer, startNats } from "../../support/brokers/nats.ts";
import { accept, eventually, pause, publication } from "../harness.ts";
import { bench, listen, openBench, source, stranger, target } from "./harness.ts";

let server: NatsServer;
beforeAll(async () => {
  server = await startNats({ maxPayload: 4 * 1024 ** 2 });
});
afterAll(() => server[Symbol.asyncDispose]());

test("messages of a wildcard subject come in their order, with the subject and the address of the source", async () => {
  await using made = await openBench(server, { sources: [source(["in.*.state"])] });
  await using other = await stranger(server);

  for (let i = 0; i < 1_000; i++) other.nc.publish(`in.lamp${i % 3}.state`, `${i}`);
  await made.until(1_000);

  expect(made.texts()).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i}`));
  expect(made.received[4]).toMatchObject({
    address: "in.lamp1.state",
    sourceAddress: "in.*.state",
    source: 0,
  });
  expect(made.statuses).toContain("source in.*.state: open");
});

test("headers come in lower case, several values joined, and cannot pretend to be those of NATS itself", async () => {
  await using made = await openBench(server, { sources: [source(["head.>"])] });
  await using other = await stranger(server);
  const sent = headers();
  sent.append("Content-Type", "text/plain");
  sent.append("Tag", "a");
  sent.append("Tag", "b");
  sent.append("nats.stream", "forged");
  other.nc.publish("head.er", "x", { headers: sent, reply: "answers.here" });
  await made.until(1);

  expect(made.received[0]?.headers).toEqual({
    "content-type": "text/plain",
    tag: "a,b",
    "nats.subject": "head.er",
    "nats.reply-to": "answers.here",
    "reply-to": "answers.here",
  });
});

test("a message without a payload has none, binary ones stay as they are", async () => {
  await using made = await openBench(server, { sources: [source(["bytes"])] });
  await using other = await stranger(server);
  const bytes = Buffer.from([0, 255, 13, 10, 128, 0]);

  other.nc.publish("bytes");
  other.nc.publish("bytes", bytes);
  await made.until(2);

  expect(made.received[0]?.payload).toBeUndefined();
  expect(made.received[1]?.payload?.bytes()).toEqual(bytes);
});

test("headers that are none cost one message and leave a note", async () => {
  await using made = await openBench(server, { sources: [source(["poison"])] });
  await using other = await stranger(server);
  const bad = { encode: () => Buffer.from("NATS/1.0\r\nbad name\u0001: x\r\n\r\n") };

  // The library would not send these.
  other.nc.publish("poison", "x", { headers: Object.assign(headers(), bad) });
  other.nc.publish("poison", "good");
  await made.until(1);

  expect(made.texts()).toEqual(["good"]);
  expect(made.logs.join()).toMatch(/dropped/);
});

test("a request is answered by publishing to its reply-to", async () => {
  await using made = await openBench(server, { sources: [source(["ask"])] });
  await using other = await stranger(server);
  const answers: Promise<unknown>[] = [];
  made.onReceived = (message) => {
    answers.push(made.connector.publish(publication(message.headers["reply-to"] ?? "", "answer")));
    return true;
  };

  const answer = await other.nc.request("ask", "question", { timeout: 5_000 });

  expect(answer.string()).toBe("answer");
  await Promise.all(answers);
});

test("two clients of a connection share the messages by their queue group", async () => {
  const options = { sources: [source(["shared"])], clientCount: 2 };
  await using first = await openBench(server, options);
  await using second = await openBench(server, { ...options, clientIndex: 1 });
  await using other = await stranger(server);

  for (let i = 0; i < 500; i++) other.nc.publish("shared", `${i}`);
  await eventually(() => expect(first.received.length + second.received.length).toBe(500));

  expect(first.received.length).toBeGreaterThan(50);
  expect(second.received.length).toBeGreaterThan(50);
  expect(new Set([...first.texts(), ...second.texts()]).size).toBe(500);
});

test("a dry run takes nothing away from those who share the subject", async () => {
  await using made = await openBench(server, { sources: [source(["dry"])] });
  await using dry = await openBench(server, { sources: [source(["dry"])], isTest: true });
  await using other = await stranger(server);

  for (let i = 0; i < 100; i++) other.nc.publish("dry", `${i}`);
  await made.until(100);

  expect(dry.received).toEqual([]);
});

test("while too much is in work messages wait, those beyond the buffer are lost with a note", async () => {
  await using made = await openBench(server, { sources: [source(["busy"])], settings: { bufferSize: 10 } });
  await using other = await stranger(server);
  made.onReceived = () => made.received.length !== 1;

  for (let i = 0; i < 100; i++) other.nc.publish("busy", `${i}`);
  await eventually(() => expect(made.logs.join()).toMatch(/89 messages of 'busy' were lost/));
  expect(made.texts()).toEqual(["0"]);

  made.connector.resume();
  await made.until(11);
  other.nc.publish("busy", "later");
  await made.until(12);
  expect(made.texts().slice(-2)).toEqual(["10", "later"]);
});

test("throttling takes so many of each address in an interval", async () => {
  const throttling = { limit: 5, interval: 200 };
  await using made = await openBench(server, {
    sources: [source(["slow", "other"])],
    settings: { throttling },
  });
  await using other = await stranger(server);

  for (let i = 0; i < 10; i++) other.nc.publish("slow", `${i}`);
  other.nc.publish("other", "own pace");
  await made.until(6);
  expect(made.texts()).toEqual(["0", "1", "2", "3", "4", "own pace"]);
  await made.until(11);
  expect(made.throttled).toEqual(["slow"]);
});

test("published messages arrive in their order, with headers and the reply subject", async () => {
  await using made = await openBench(server, { targets: [target("out.{{ thing:name }}")] });
  await using other = await stranger(server);
  const heard = await listen(other.nc, "out.>");
  const first = Promise.withResolvers<unknown>();
  other.nc.subscribe("out.>", {
    max: 1,
    callback: (_, msg) => first.resolve([Object.fromEntries(msg.headers ?? []), msg.reply]),
  });
  await other.nc.flush();

  const sent = {
    "content-type": "text/plain",
    two: "a\r\nb",
    "nats.reply-to": "answers",
    "nats.subject": "x",
  };
  const all = Array.from({ length: 5_000 }, (_, i) =>
    made.connector.publish(publication("out.lamp", `${i}`, 0, sent)),
  );
  const outcomes = await Promise.all(all);

  expect(outcomes[0]).toEqual({ status: 204 });
  await eventually(() => expect(heard).toEqual(all.map((_, i) => `${i}`)));
  expect(await first.promise).toEqual([{ "content-type": ["text/plain"], two: ["a b"] }, "answers"]);
});

test("1 MB comes in and goes out; what is above the server's maximum is refused by itself", async () => {
  await using made = await openBench(server, {
    sources: [source(["large.in"])],
    targets: [target("large.out")],
  });
  await using other = await stranger(server);
  const heard = await listen(other.nc, "large.out");
  const text = "x".repeat(1024 ** 2);
  // With a header of its own a message has the bytes `NATS/1.0`, `a: b` and the ends of their lines too.
  const largest = "x".repeat(4 * 1024 ** 2 - 18);

  other.nc.publish("large.in", text);
  await made.connector.publish(publication("large.out", text));
  await made.until(1);
  await made.connector.publish(publication("large.out", largest, 0, { a: "b" }));
  const tooLarge = made.connector.publish(publication("large.out", `${largest}x`, 0, { a: "b" }));

  await expect(tooLarge).rejects.toThrow(/has 4194305 bytes .* server takes 4194304 at most/);
  await made.connector.publish(publication("large.out", "still open"));
  expect(made.texts()[0]?.length).toBe(1024 ** 2);
  await eventually(() => expect(heard.map((one) => one.length)).toEqual([1024 ** 2, largest.length, 10]));
});

test.each(["a b", "a..b", "", "a.*", "a.>", "a\r\nPUB x 0", "$JS.API.STREAM.DELETE.PLANT"])(
  "nothing is published to what placeholders made to '%s'",
  async (subject) => {
    await using made = await openBench(server, { targets: [target("{{ header:reply-to }}")] });

    await expect(made.connector.publish(publication(subject, "x"))).rejects.toThrow(/There is no subject/);
  },
);

test("subjects of the server can be published to where the target says so", async () => {
  await using made = await openBench(server, { targets: [target("$KV.lamps.{{ thing:name }}")] });
  await using other = await stranger(server);
  const heard = await listen(other.nc, "$KV.lamps.*");

  await made.connector.publish(publication("$KV.lamps.one", "on"));

  await eventually(() => expect(heard).toEqual(["on"]));
});

test("a server that is not there is a failure of the configuration", async () => {
  const made = bench(server, { port: 1 });

  await expect(made.connector.open()).rejects.toMatchObject({
    name: "ConnectFailure",
    isMisconfigured: true,
  });
});

test("further servers are tried when the first is not there", async () => {
  await using made = await openBench(server, {
    port: 1,
    specificConfig: { servers: `127.0.0.1:2, 127.0.0.1:${server.port}` },
    sources: [source(["second"])],
  });
  await using other = await stranger(server);

  other.nc.publish("second", "here");

  await made.until(1);
});

test("further servers that may not be connected to are not", async () => {
  const refused = new ConnectFailure("blocked", true);
  const made = bench(server, {
    port: 1,
    hosts: { restricts: () => true, resolve: () => Promise.reject(refused) },
    specificConfig: { servers: `localhost:${server.port}` },
  });

  await expect(made.connector.open()).rejects.toBe(refused);
});

test("a stopped server loses the connection once, and what is under way is rejected", async () => {
  await using own = await startNats();
  await using made = await openBench(own, { sources: [source(["in"])], targets: [target("out")] });
  await own.freeze();
  const sent = made.connector.publish(publication("out", "x"));
  const rejected = expect(sent).rejects.toThrow(/closed the connection/);
  await own.stop("SIGKILL");

  await rejected;
  await eventually(() => expect(made.lost).toHaveLength(1));
  await expect(made.connector.publish(publication("out", "y"))).rejects.toThrow();
  await made.connector.close();
  await pause(50);
  expect(made.lost).toHaveLength(1);
});

test("a server that answers no more is noticed, although it takes no byte of what is sent", async () => {
  await using own = await startNats();
  await using made = await openBench(own, { targets: [target("out")], settings: { pingInterval: 200 } });
  await own.freeze();
  const text = "x".repeat(100_000);
  const all = Array.from({ length: 300 }, () => made.connector.publish(publication("out", text)));
  const outcomes = Promise.allSettled(all);

  await eventually(() => expect(made.lost.map(String).join()).toMatch(/does not answer any more/));
  expect((await outcomes).every(({ status }) => status === "rejected")).toBe(true);
});

test("a queue that is full rejects what is beyond", async () => {
  await using own = await startNats();
  const producer = { queueSize: 10, maxInFlight: 5, answerWithin: 1_000 };
  await using made = await openBench(own, { targets: [target("out")], settings: { producer } });
  await own.freeze();
  const all = Array.from({ length: 20 }, (_, i) => made.connector.publish(publication("out", `${i}`)));
  const outcomes = Promise.allSettled(all);
  await expect(all[19]).rejects.toThrow(/too many wait/);
  own.thaw();

  const statuses = (await outcomes).map(({ status }) => status);
  expect(statuses).toEqual([...Array(15).fill("fulfilled"), ...Array(5).fill("rejected")]);
});

test("draining stops what comes in, not what goes out", async () => {
  await using made = await openBench(server, { sources: [source(["drained"])], targets: [target("out")] });
  await using other = await stranger(server);
  made.onReceived = accept;
  other.nc.publish("drained", "before");
  await made.until(1);

  await made.connector.drain();
  other.nc.publish("drained", "after");
  await other.nc.flush();

  await made.connector.publish(publication("out", "x"));
  expect(made.texts()).toEqual(["before"]);
});

test("a connector that is closed while it opens does not open", async () => {
  const made = bench(server);
  const opening = made.connector.open();
  await made.connector.close();

  await expect(opening).rejects.toBeInstanceOf(ConnectFailure);
});
