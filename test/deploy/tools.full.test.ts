// Image, chart, compose files and service, judged by the tools for them.

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYaml } from "@redocly/openapi-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needPackages } from "../support/debian.ts";
import { root, textOf } from "./files.ts";
import { ask, installTools } from "./tools.ts";

const chart = "deploy/helm/pollux";
const composeFiles = ["deploy/compose.yaml", "deploy/compose.cluster.yaml"];
const elsewhere = "database.url=postgres://db/pollux,nats.url=nats://nats";
let tools: string;
let folder: string;

beforeAll(async () => {
  tools = await installTools();
  folder = await mkdtemp(join(tmpdir(), "pollux-deploy-"));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

// What the tests look at of the objects of Kubernetes.
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: Spec;
}
interface Spec {
  readonly replicas: number;
  readonly maxUnavailable: number;
  readonly clusterIP?: string;
  readonly volumeClaimTemplates?: readonly unknown[];
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: { readonly spec: Pod };
}
interface Pod {
  readonly securityContext: unknown;
  readonly enableServiceLinks: boolean;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}
interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: unknown;
  readonly securityContext: unknown;
  readonly livenessProbe: unknown;
  readonly readinessProbe: unknown;
}

async function rendered(...values: readonly string[]): Promise<readonly Rendered[]> {
  const { code, text } = await ask(join(tools, "helm"), "template", "plant", chart, "-n", "iot", ...values);
  expect(text).not.toContain("Error");
  expect(code).toBe(0);
  return text
    .split(/^---$/m)
    .filter((part) => part.trim() !== "")
    .map((part) => parseYaml(part) as Rendered);
}

const workloadOf = (all: readonly Rendered[]): Spec => all.find(({ kind }) => kind === "StatefulSet")!.spec;
const kindsOf = (all: readonly Rendered[]): readonly string[] => all.map(({ kind }) => kind).sort();

test("hadolint has nothing to say of the Dockerfile", async () => {
  expect(await ask(join(tools, "hadolint"), "Dockerfile")).toEqual({ code: 0, text: "" });
});

test.each(composeFiles)("%s is what Compose takes", async (file) => {
  const schema = ["--builtin-schema", "vendor.compose-spec"];

  expect(await ask(join(tools, "check-jsonschema"), ...schema, file)).toMatchObject({ code: 0 });
});

test("HAProxy takes its configuration of the cluster", async () => {
  await needPackages(["haproxy"], () => existsSync("/usr/sbin/haproxy"), "This test needs HAProxy.");
  const { configs } = parseYaml(textOf("deploy/compose.cluster.yaml")) as {
    configs: { proxy: { content: string } };
  };
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, configs.proxy.content);

  const { code, text } = await ask("/usr/sbin/haproxy", "-c", "-f", file);

  expect(text).not.toContain("[ALERT]");
  expect(code).toBe(0);
});

test.runIf(existsSync("/usr/bin/systemd-analyze"))("systemd takes the service", async () => {
  const file = join(folder, "pollux.service");
  // That the program is not there is all that there is to say.
  await writeFile(
    file,
    textOf("deploy/systemd/pollux.service").replace(
      "/opt/pollux/node_modules/node/bin/node",
      process.execPath,
    ),
  );

  expect(await ask("systemd-analyze", "verify", file)).toEqual({ code: 0, text: "" });
  expect((await ask("systemd-analyze", "security", "--offline=true", "--threshold=35", file)).code).toBe(0);
});

describe("the chart", () => {
  test("passes the linter", async () => {
    const { code, text } = await ask(join(tools, "helm"), "lint", "--strict", chart);

    expect(text).toContain("1 chart(s) linted, 0 chart(s) failed");
    expect(code).toBe(0);
  });

  test("is one server with a volume of its own, unless told otherwise", async () => {
    const all = await rendered();
    const { replicas, volumeClaimTemplates, template } = workloadOf(all);

    expect(kindsOf(all)).toEqual(["Service", "Service", "StatefulSet"]);
    expect(replicas).toBe(1);
    expect(volumeClaimTemplates).toHaveLength(1);
    expect(template.spec.volumes.map(({ name }) => name)).toEqual(["tmp"]);
  });

  test("runs nothing as root, writes to volumes only, and asks the right doors", async () => {
    const { securityContext, enableServiceLinks, containers } = workloadOf(await rendered()).template.spec;

    expect(enableServiceLinks).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(containers[0]).toMatchObject({
      securityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      },
      livenessProbe: { httpGet: { path: "/alive" } },
      readinessProbe: { httpGet: { path: "/ready" } },
    });
  });

  test("is a cluster whose members share database and NATS", async () => {
    const all = await rendered(
      "--set",
      `replicas=3,${elsewhere},settings.CACHE_SIZE=1000000000,settingsSecret=logins`,
    );
    const { replicas, volumeClaimTemplates, template } = workloadOf(all);
    const [{ env, envFrom }] = template.spec.containers;
    const { spec } = all.find(({ kind }) => kind === "PodDisruptionBudget")!;

    expect(replicas).toBe(3);
    expect(spec.maxUnavailable).toBe(1);
    expect(volumeClaimTemplates).toBeUndefined();
    expect(Object.fromEntries(env.map(({ name, value }) => [name, value]))).toEqual({
      CACHE_SIZE: "1000000000",
      CLUSTER_NAME: "iot-plant",
      CLUSTER_NODE_NAME: undefined,
      DATABASE_URL: "postgres://db/pollux",
      NATS_URL: "nats://nats",
    });
    expect(envFrom).toEqual([{ secretRef: { name: "logins" } }]);
  });

  test("takes large numbers in a file as they are", async () => {
    const file = join(folder, "values.yaml");
    await writeFile(file, "settings: { CACHE_SIZE: 1000000000, CLUSTER_NAME: mine }\n");

    const { env } = workloadOf(await rendered("-f", file)).template.spec.containers[0];

    expect(env).toContainEqual({ name: "CACHE_SIZE", value: "1000000000" });
    expect(env.filter(({ name }) => name === "CLUSTER_NAME")).toEqual([
      { name: "CLUSTER_NAME", value: "mine" },
    ]);
  });

  test("lets Prometheus ask each pod once", async () => {
    const all = await rendered("--set", "serviceMonitor.enabled=true,serviceMonitor.basicAuthSecret=devops");
    const { spec } = all.find(({ kind }) => kind === "ServiceMonitor")!;
    const wanted = Object.entries(spec.selector.matchLabels);

    const asked = all.filter(
      ({ kind, metadata }) =>
        kind === "Service" && wanted.every(([key, value]) => metadata.labels[key] === value),
    );

    expect(asked.map(({ metadata, spec: { clusterIP } }) => [metadata.name, clusterIP])).toEqual([
      ["plant-members", "None"],
    ]);
  });

  test("has an ingress where one is asked for", async () => {
    const all = await rendered(
      "--set",
      "ingress.enabled=true,ingress.host=pollux.example.org,ingress.tlsSecret=tls",
    );

    expect(kindsOf(all)).toContain("Ingress");
  });

  test.each([
    ["replicas=2", "more than one replica needs database.url and nats.url"],
    ["replicas=2,database.url=postgres://db/pollux", "more than one replica needs database.url and nats.url"],
    ["nats.url=nats://nats", "nats.url needs database.url"],
    ["ingress.enabled=true", "ingress.host is needed"],
    ["replica=2", "Additional property replica is not allowed"],
    ["settings.HTTP_PORT=80", 'Property name of "HTTP_PORT" does not match'],
  ])("refuses %s in a sentence", async (values, sentence) => {
    const { code, text } = await ask(join(tools, "helm"), "template", "plant", chart, "--set", values);

    expect(text).toContain(sentence);
    expect(code).not.toBe(0);
  });
});

test("no file of deploy/ has a secret in it", () => {
  for (const file of [...composeFiles, `${chart}/values.yaml`, "deploy/systemd/pollux.service"])
    expect(textOf(join(file)), join(root, file)).not.toMatch(/PASSWORD\w*["']?[:=]\s*"?[a-z0-9]/);
});
