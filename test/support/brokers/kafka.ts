// Apache Kafka itself: one broker that is its own controller, with its jars from Maven Central in a folder of this project's own.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needPackages } from "../debian.ts";
import { end, freePorts, freeze, launch } from "./process.ts";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));
const pom = fileURLToPath(new URL("kafka-broker.pom.xml", import.meta.url));
/** Of the broker in the pom. */
const version = "4.1.1";
const packages = ["openjdk-17-jre-headless", "maven"];
const READY_WITHIN_MS = 60_000;

/** Who may log in, by each of the mechanisms. */
export const kafkaUser = { name: "ditto", password: "secret-ditto" };

export interface TestKafka extends AsyncDisposable {
  readonly plainPort: number;
  /** Asks for a certificate of its own authority if a client has one. */
  readonly sslPort: number;
  readonly saslPort: number;
  readonly saslSslPort: number;
  /** Demands a certificate of its own authority. */
  readonly mutualPort: number;
  /** PEM texts: the authority, the broker, and a client that it vouches for. */
  readonly ca: string;
  readonly serverCert: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it without any order. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and data. */
  start(): Promise<void>;
  /** Lets it stand still and go on. */
  freeze(): Promise<void>;
  thaw(): void;
}

export async function startKafka(): Promise<TestKafka> {
  const jars = await installKafka();
  const folder = await mkdtemp(join(tmpdir(), "pollux-kafka-"));
  const [plain = 0, ssl = 0, sasl = 0, saslSsl = 0, mutual = 0, controller = 0] = await freePorts(6);
  await makeCertificates(folder);
  const config = join(folder, "server.properties");
  await writeFile(config, properties(folder, { plain, ssl, sasl, saslSsl, mutual, controller }));
  const classpath = join(jars, "*");
  await format(classpath, config);
  const command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", classpath, "kafka.Kafka", config];
  const start = () => launch({ name: "Kafka", command, port: plain, withinMs: READY_WITHIN_MS });
  let broker = await start();
  const text = (name: string) => readFile(join(folder, name), "utf8");
  return {
    plainPort: plain,
    sslPort: ssl,
    saslPort: sasl,
    saslSslPort: saslSsl,
    mutualPort: mutual,
    ca: await text("ca.pem"),
    serverCert: await text("server.pem"),
    clientCert: await text("client.pem"),
    clientKey: await text("client.key"),
    stop: () => end(broker, "SIGTERM"),
    kill: () => end(broker, "SIGKILL"),
    start: async () => {
      broker = await start();
    },
    freeze: () => freeze(broker),
    thaw: () => void broker.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await end(broker, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder with the jars; installs what is missing, and rejects with the remedy where it may not. */
async function installKafka(): Promise<string> {
  await needPackages(
    packages,
    isThere,
    `These tests need Java 17 or later and Maven; on Debian and Ubuntu: apt-get install ${packages.join(" ")}`,
  );
  const folder = join(cache, `kafka-${version}`);
  const done = join(folder, "installed");
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const goals = ["dependency:copy-dependencies", `-DoutputDirectory=${folder}`];
  try {
    await run("mvn", ["--quiet", "--batch-mode", "--file", pom, ...goals]);
  } catch (error) {
    throw new Error(
      `Maven could not bring in Kafka; it needs a repository, by default https://repo.maven.apache.org\n${error}`,
    );
  }
  await writeFile(done, "");
  return folder;
}

const isThere = (): Promise<boolean> =>
  Promise.all([run("java", ["-version"]), run("mvn", ["--version"])]).then(
    () => true,
    () => false,
  );

interface Ports {
  readonly plain: number;
  readonly ssl: number;
  readonly sasl: number;
  readonly saslSsl: number;
  readonly mutual: number;
  readonly controller: number;
}

function properties(folder: string, ports: Ports): string {
  const { name, password } = kafkaUser;
  const listeners = [
    `PLAIN://127.0.0.1:${ports.plain}`,
    `TLS://127.0.0.1:${ports.ssl}`,
    `SASL://127.0.0.1:${ports.sasl}`,
    `SASLTLS://127.0.0.1:${ports.saslSsl}`,
    `MUTUAL://127.0.0.1:${ports.mutual}`,
  ].join(",");
  const module = (kind: string) => `org.apache.kafka.common.security.${kind} required`;
  const mechanisms = ["sasl", "sasltls"].flatMap((listener) => [
    `listener.name.${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `listener.name.${listener}.plain.sasl.jaas.config=${module("plain.PlainLoginModule")} user_${name}="${password}";`,
    `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${module("scram.ScramLoginModule")};`,
    `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${module("scram.ScramLoginModule")};`,
  ]);
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    "controller.listener.names=CONTROLLER",
    `listeners=${listeners},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=${listeners}`,
    "listener.security.protocol.map=PLAIN:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name=PLAIN",
    ...mechanisms,
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${join(folder, "server-with-key.pem")}`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${join(folder, "ca.pem")}`,
    "listener.name.mutual.ssl.client.auth=required",
    `log.dirs=${join(folder, "data")}`,
    "num.partitions=4",
    "offsets.topic.num.partitions=1",
    "offsets.topic.replication.factor=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "share.coordinator.state.topic.replication.factor=1",
    "share.coordinator.state.topic.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    // A broker that was killed is let in again when its former session is over.
    "broker.session.timeout.ms=2000",
    "broker.heartbeat.interval.ms=500",
  ].join("\n");
}

async function format(classpath: string, config: string): Promise<void> {
  const { name, password } = kafkaUser;
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
  const tool = ["kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", config];
  await run("java", ["-cp", classpath, ...tool, ...users]);
}

/** An authority, a server at 127.0.0.1, and a client. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
  const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  await openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA");
  const signed = async (name: string, subject: string) => {
    await openssl(
      "req",
      "-x509",
      ...key,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-subj",
      subject,
      "-addext",
      "subjectAltName=IP:127.0.0.1,DNS:localhost",
      "-addext",
      "basicConstraints=CA:FALSE",
    );
    const parts = await Promise.all(
      [`${name}.key`, `${name}.pem`].map((file) => readFile(join(folder, file), "utf8")),
    );
    await writeFile(join(folder, `${name}-with-key.pem`), parts.join(""));
  };
  await signed("server", "/CN=localhost");
  await signed("client", "/CN=client");
}
