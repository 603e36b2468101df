// Who may come in, and over what.

import { nkeys } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NatsServer, startNats } from "../../support/brokers/nats.ts";
import { accept, eventually, publication } from "../harness.ts";
import { bench, openBench, source, strangerWithStream, target } from "./harness.ts";

const misconfigured = (text: RegExp) => ({ isMisconfigured: true, message: expect.stringMatching(text) });

type Key = ReturnType<typeof nkeys.createUser>;

/** A JWT about one key, signed by another, as nats-server knows them. */
function jwtBy(issuer: Key, subject: Key, nats: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iat: 1_700_000_000,
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: "test",
  };
  const signed = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part({ ...claims, nats: { version: 2, ...nats } })}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url")}`;
}

const userJwt = (account: Key, user: Key): string =>
  jwtBy(account, user, { type: "user", subs: -1, data: -1, payload: -1, pub: {}, sub: {} });

describe("users", () => {
  const key = nkeys.createUser();
  const seed = Buffer.from(key.getSeed()).toString();
  let server: NatsServer;
  beforeAll(async () => {
    const permissions = `permissions: { publish: ["ok.>", "_INBOX.>", "$JS.API.>"], subscribe: ["ok.>", "_INBOX.>"] }`;
    const noStreams = `permissions: { publish: ["ok.>"] }`;
    const noAcks = `permissions: { publish: ["$JS.API.>"] }`;
    const users = [
      `{ user: "user", password: "p@ss", ${permissions} }`,
      `{ user: "coreOnly", password: "x", ${noStreams} }`,
      `{ user: "noAcks", password: "x", ${noAcks} }`,
      `{ nkey: "${key.getPublicKey()}" }`,
    ];
    server = await startNats({ authorization: `users = [${users.join(", ")}]` });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const asUser = (user: string) => ({ uri: `nats://${user}@127.0.0.1:4222` });
  const allowed = asUser("user:p%40ss");

  test.each([
    ["of the URI", allowed],
    ["of the credentials", { credentials: { type: "plain", username: "user", password: "p@ss" } as const }],
    ["with a key", { ...asUser(`:${seed}`), specificConfig: { authentication: "nkey" } }],
  ])("a user comes in %s", async (_, options) => {
    await using made = await openBench(server, { ...options, targets: [target("ok.x")] });

    await made.connector.publish(publication("ok.x", "x"));
  });

  test.each([
    ["no user", {}],
    ["a wrong password", asUser("user:wrong")],
    ["a token where there are users", asUser(":token")],
  ])("the server turns away %s", async (_, options) => {
    await expect(bench(server, options).connector.open()).rejects.toMatchObject(
      misconfigured(/refuses the credentials/),
    );
  });

  test("a subject that the user may not subscribe to is a failure of the configuration", async () => {
    const made = bench(server, { ...allowed, sources: [source(["ok.a"]), source(["secret.>"])] });

    await expect(made.connector.open()).rejects.toMatchObject(
      misconfigured(/may not subscribe to 'secret\.>'/),
    );
    expect(made.statuses).toContain("source secret.>: failed");
  });

  test("a user that may not use JetStream is a failure of the configuration", async () => {
    const made = bench(server, { ...asUser("coreOnly:x"), sources: [source(["stream:PLANT"])] });

    await expect(made.connector.open()).rejects.toMatchObject(misconfigured(/may not publish to '\$JS/));
  });

  test("a user that may not acknowledge loses the connection instead of reading the same over and over", async () => {
    await using _ = await strangerWithStream(server, { user: "user", pass: "p@ss" });
    await using made = await openBench(server, {
      ...asUser("noAcks:x"),
      sources: [source(["stream:PLANT"])],
    });
    made.onReceived = accept;
    const all = { ...asUser(`:${seed}`), specificConfig: { authentication: "nkey" } };
    await using sender = await openBench(server, all);
    await sender.connector.publish(publication("plant.lamp", "x"));

    await eventually(() => expect(String(made.lost)).toMatch(/may not publish to '\$JS\.ACK/));
  });

  test.each([0, 1])(
    "a subject that the user may not publish to rejects its messages only (qos %i)",
    async (qos) => {
      await using made = await openBench(server, { ...allowed, targets: [target("x", { qos })] });
      const publish = (address: string, as: number) => made.connector.publish(publication(address, "x", as));

      const [good, bad, after] = await Promise.allSettled([
        publish("ok.x", 0),
        publish("bad", qos),
        publish("ok.y", 0),
      ]);

      expect([good?.status, bad?.status, after?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(String((bad as PromiseRejectedResult).reason)).toMatch(/may not publish to 'bad'/);
      expect(made.lost).toEqual([]);
    },
  );
});

describe("a user with a JWT", () => {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const jwt = userJwt(account, user);
  const seed = Buffer.from(user.getSeed()).toString();
  let server: NatsServer;
  beforeAll(async () => {
    const limits = {
      subs: -1,
      conn: -1,
      leaf: -1,
      imports: -1,
      exports: -1,
      data: -1,
      payload: -1,
      wildcards: true,
    };
    const accountJwt = jwtBy(operator, account, { type: "account", limits });
    server = await startNats({
      isCoreOnly: true,
      more: [
        `operator: ${jwtBy(operator, operator, { type: "operator" })}`,
        "resolver: MEMORY",
        `resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
      ],
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const asUser = (password: string) => ({
    credentials: { type: "plain", username: jwt, password } as const,
    specificConfig: { authentication: "jwt" },
  });

  test("comes in with its key, and not with another", async () => {
    await using _ = await openBench(server, asUser(seed));
    const other = bench(server, asUser(Buffer.from(nkeys.createUser().getSeed()).toString()));

    await expect(other.connector.open()).rejects.toMatchObject(misconfigured(/refuses the credentials/));
  });
});

describe("a token", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats({ authorization: `token: "secret"`, isCoreOnly: true });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("stands in the place of the password", async () => {
    await using _ = await openBench(server, { uri: "nats://:secret@127.0.0.1:4222" });
  });

  test("that is wrong is turned away", async () => {
    const made = bench(server, { uri: "nats://:wrong@127.0.0.1:4222" });

    await expect(made.connector.open()).rejects.toMatchObject(misconfigured(/refuses the credentials/));
  });

  test("does not help where there is no JetStream", async () => {
    const made = bench(server, { uri: "nats://:secret@127.0.0.1:4222", sources: [source(["stream:PLANT"])] });

    await expect(made.connector.open()).rejects.toThrow(/gives no JetStream/);
  });
});

describe("TLS", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats({ tls: "client" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const tls = (more: object) => ({ servername: "localhost", rejectUnauthorized: true, ...more });
  const trusting = () => tls({ ca: server.certificates.ca });
  const pinning = () => tls({ ca: server.certificates.serverCert, servername: "other.example" });
  const proving = () => ({ cert: server.certificates.clientCert, key: server.certificates.clientKey });

  test("the certificate of the server is taken whatever its name where it is itself trusted", async () => {
    await using made = bench(server, { tls: { ...pinning(), ...proving() } });

    await made.connector.open();
  });

  test("with a certificate of the client messages go both ways", async () => {
    const options = {
      tls: { ...trusting(), ...proving() },
      sources: [source(["secure"])],
      targets: [target("secure")],
    };
    await using made = await openBench(server, options);

    await made.connector.publish(publication("secure", "x"));

    await made.until(1);
  });

  test("without a certificate the client is turned away", async () => {
    // The connection may be reset before the reason is read.
    await expect(bench(server, { tls: trusting() }).connector.open()).rejects.toThrow(
      /certificate|ECONNRESET/,
    );
  });

  test("a server that is not trusted, or is another, is not spoken to", async () => {
    const untrusted = bench(server, { tls: tls(proving()) });
    const another = bench(server, { tls: { ...trusting(), ...proving(), servername: "elsewhere.example" } });

    await expect(untrusted.connector.open()).rejects.toMatchObject(misconfigured(/certificate/));
    await expect(another.connector.open()).rejects.toMatchObject(misconfigured(/elsewhere\.example/));
  });

  test("a server without TLS is not told any credentials", async () => {
    await using clear = await startNats({ isCoreOnly: true });
    const made = bench(clear, { tls: trusting(), uri: `tls://user:secret@localhost:${clear.port}` });

    await expect(made.connector.open()).rejects.toMatchObject(misconfigured(/does not support 'tls'/));
  });

  test("a server that needs TLS is not spoken to in clear", async () => {
    const inClear = bench(server, { uri: `nats://127.0.0.1:${server.port}` });

    await expect(inClear.connector.open()).rejects.toMatchObject(misconfigured(/demands TLS/));
  });
});
