import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { assert, describe, test, vi } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import { type Mosquitto, startMosquitto } from "../../support/brokers/mosquitto.ts";
import { accept, pause, publication } from "../harness.ts";
import { type BenchOptions, bench, openBench, source, stranger, versions } from "./harness.ts";

const user = { name: "über@mensch", password: "p@ss:w/rd" };
const encoded = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;

async function failure(broker: Mosquitto, options: BenchOptions): Promise<ConnectFailure> {
  await using made = bench(broker, options);
  const reason = await made.connector.open().catch((error: Error) => error);
  assert.deepEqual(made.lost, [], "what was never open is not lost");
  assert.instanceOf(reason, ConnectFailure);
  return reason as ConnectFailure;
}

const trusting = ({ certificates }: Mosquitto, more: Partial<TlsOptions> = {}): TlsOptions => ({
  ca: certificates.ca,
  servername: "localhost",
  rejectUnauthorized: true,
  ...more,
});

async function roundTrip(broker: Mosquitto, options: BenchOptions): Promise<void> {
  await using both = await openBench(broker, { ...options, sources: [source(["loop"])] });
  both.onReceived = accept;
  await both.connector.publish(publication("loop", "round", 1));
  await both.until(1);
  assert.deepEqual(both.texts(), ["round"]);
}

/** What leads to a port, until it is cut. */
async function phoneLine(to: number): Promise<{ port: number; cut(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const onward = connect(to, "127.0.0.1");
    sockets.push(socket, onward);
    socket.pipe(onward).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, cut };
}

describe.each(versions)("%s, connecting", (connectionType) => {
  test("user name and password of the URI count, decoded", async () => {
    await using broker = await startMosquitto({ user });
    const uri = broker.uri.replace("://", `://${encoded}@`);
    await roundTrip(broker, { connectionType, uri });
    for (const wrong of [broker.uri, broker.uri.replace("://", "://wrong:wrong@")]) {
      const { isMisconfigured, message } = await failure(broker, { connectionType, uri: wrong });
      assert.isTrue(isMisconfigured);
      assert.match(message, /authorized/);
    }
  });

  test("over TLS the certificate of the broker is checked, unless that is not wanted", async () => {
    await using broker = await startMosquitto({ tls: "server" });
    await roundTrip(broker, { connectionType, tls: trusting(broker) });
    const blind = { servername: "localhost", rejectUnauthorized: false };
    await roundTrip(broker, { connectionType, tls: blind });
    for (const tls of [
      { ...blind, rejectUnauthorized: true },
      trusting(broker, { servername: "127.0.0.1" }),
    ]) {
      assert.isTrue((await failure(broker, { connectionType, tls })).isMisconfigured);
    }
  });

  test("over TLS the certificate of the broker is taken whatever its name where it is itself trusted", async () => {
    await using broker = await startMosquitto({ tls: "server" });
    const pinned = { ca: broker.certificates.serverCert, servername: "other.example" };
    await roundTrip(broker, { connectionType, tls: trusting(broker, pinned) });
  });

  test("over TLS a client proves itself with its certificate", async () => {
    await using broker = await startMosquitto({ tls: "client" });
    const { clientCert, clientKey } = broker.certificates;
    await roundTrip(broker, { connectionType, tls: trusting(broker, { cert: clientCert, key: clientKey }) });
    assert.isTrue((await failure(broker, { connectionType, tls: trusting(broker) })).isMisconfigured);
  });

  test("where nobody listens, or no broker does, the connection fails", async () => {
    const broker = await startMosquitto();
    await broker[Symbol.asyncDispose]();
    assert.match((await failure(broker, { connectionType })).message, /ECONNREFUSED/);
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      broker.port,
    );
    await once(other, "listening");
    await failure(broker, { connectionType });
    other.close();
  });

  test("a connection that is closed while it is made fails at once", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    await using made = bench({ port, uri: `tcp://127.0.0.1:${port}` } as Mosquitto, { connectionType });
    const opening = made.connector.open().catch((error: Error) => error);
    await pause(20);
    await made.connector.close();
    assert.instanceOf(await opening, Error);
    silent.close();
  });

  test("the last will is sent for a client that goes without a word, and only then", async () => {
    await using broker = await startMosquitto();
    await using witness = await stranger(broker);
    const wills: string[] = [];
    witness.on("message", (topic, payload) => wills.push(`${topic} ${payload}`));
    await witness.subscribeAsync("will", { qos: 1 });
    const specificConfig = { lastWillTopic: "will", lastWillMessage: "gone", lastWillQos: "1" };
    const polite = await openBench(broker, { connectionType, specificConfig });
    await polite.connector.close();
    const line = await phoneLine(broker.port);
    await using rude = await openBench({ port: line.port, uri: broker.uri } as Mosquitto, {
      connectionType,
      specificConfig,
    });
    line.cut();
    await vi.waitFor(() => assert.deepEqual(wills, ["will gone"]));
    assert.equal(rude.lost.length, 1);
  });

  test("clients of one connection have IDs of their own", async () => {
    await using broker = await startMosquitto();
    const shared = { connectionType, clientCount: 2, specificConfig: { clientId: "mine" } };
    await using one = await openBench(broker, { ...shared, clientIndex: 0 });
    await using two = await openBench(broker, { ...shared, clientIndex: 1 });
    await pause(50);
    assert.deepEqual([...one.lost, ...two.lost], []);
    await using _taking = await stranger(broker, { clientId: "mine_1" });
    await vi.waitFor(() => assert.equal(two.lost.length, 1));
    assert.deepEqual(one.lost, []);
  });

  test("with cleanSession the broker forgets what it has for the client", async () => {
    await using broker = await startMosquitto();
    const options = { connectionType, specificConfig: { cleanSession: "true" } };
    await (await openBench(broker, options)).connector.close();
    await using from = await stranger(broker);
    await from.publishAsync("in/x", "lost", { qos: 1 });
    await using to = await openBench(broker, options);
    await from.publishAsync("in/x", "heard", { qos: 1 });
    await to.until(1);
    assert.deepEqual(to.texts(), ["heard"]);
  });

  test("a test of a connection takes nothing and leaves nothing behind", async () => {
    await using broker = await startMosquitto();
    await using from = await stranger(broker);
    const tested = await openBench(broker, { connectionType, isTest: true });
    await from.publishAsync("in/x", "1", { qos: 1 });
    await pause(50);
    assert.deepEqual(tested.received, []);
    await tested.connector.close();
    await from.publishAsync("in/x", "2", { qos: 1 });
    await using later = await openBench(broker, { connectionType });
    await pause(100);
    assert.notInclude(later.texts(), "2");
  });

  test("a broker that is restarted tells once that the connection is lost, and sends what was not settled again", async () => {
    await using broker = await startMosquitto({ persistence: "stopped" });
    const first = await openBench(broker, { connectionType });
    await using from = await stranger(broker);
    for (const text of ["settled", "open", "open too"]) await from.publishAsync("in/x", text, { qos: 1 });
    await first.until(3);
    first.received[0]?.settle("accept");
    await pause(50);
    await broker.stop();
    await vi.waitFor(() => assert.equal(first.lost.length, 1));
    first.received[1]?.settle("accept");
    await first.connector.close();
    await broker.start();

    await using second = await openBench(broker, { connectionType });
    await second.until(2);
    assert.deepEqual(second.texts(), ["open", "open too"]);
    assert.equal(first.lost.length, 1);
  });

  test("a broker that does not answer any more is given up", async () => {
    await using broker = await startMosquitto();
    await using made = await openBench(broker, { connectionType, specificConfig: { keepAlive: "1s" } });
    await pause(1_200);
    assert.deepEqual(made.lost, []);
    await broker.freeze();
    await vi.waitFor(() => assert.equal(made.lost.length, 1), { timeout: 5_000 });
    broker.thaw();
  });
});

test("of MQTT 5, a subscription that the broker refuses fails the connection and its source", async () => {
  await using broker = await startMosquitto({ more: ["retain_available false"] });
  const sources = [source(["$share/g/a"]), source(["fine"])];
  await using made = await openBench(broker, { connectionType: "mqtt-5", sources });
  assert.deepEqual(made.statuses, ["source $share/g/a: open", "source fine: open"]);
  const { isMisconfigured, message } = await failure(broker, {
    connectionType: "mqtt-5",
    specificConfig: { lastWillTopic: "will", lastWillRetain: "true" },
  });
  assert.isTrue(isMisconfigured);
  assert.match(message, /does not retain/);
});
