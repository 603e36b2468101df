// What of a connection has no effect, and what there is.

import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { loadMappingEngines, type MappingEngines } from "../../../src/connectivity/mapping/engines.ts";
import { optionNames } from "../../../src/connectivity/option-names.ts";
import { ignoredIn, ignoredText } from "../../../src/connectivity/validate/ignored.ts";
import { mapperOptionNames } from "../../../src/connectivity/validate/mapper-options.ts";
import { connectionOf } from "./connections.ts";

const fieldsOf = (fields: JsonObject): string[] =>
  ignoredIn(connectionOf(fields)).flatMap((ignored) => [...ignored.fields]);
const definitions = (mappingEngine: string, options: JsonObject): JsonObject => ({
  mappingDefinitions: { "a/b": { mappingEngine, options } },
});
const plain = { credentials: { type: "plain", username: "u", password: "p" } };
const certificate = { credentials: { type: "client-cert", cert: "x", key: "y" } };

test.each<[what: string, fields: JsonObject, ignored: readonly string[]]>([
  ["nothing of most connections", {}, []],
  [
    "options that there are not, and no others",
    { specificConfig: { cleanSesion: true, cleanSession: true, "x/y": 1, "is-diversion-source": false } },
    ["/specificConfig/cleanSesion", "/specificConfig/x~1y"],
  ],
  ["options of another transport", { specificConfig: { groupId: "a" } }, ["/specificConfig/groupId"]],
  [
    "options that a mapper does not have",
    definitions("JavaScript", { incommingScript: "", incomingScript: "", "content-type-blocklist": "" }),
    ["/mappingDefinitions/a~1b/options/incommingScript"],
  ],
  [
    "options of a mapper by its older name",
    definitions("org.eclipse.ditto.connectivity.service.mapping.NormalizedMessageMapper", {
      thing: {},
      fields: "",
    }),
    ["/mappingDefinitions/a~1b/options/thing"],
  ],
  ["a user without a password", { uri: "tcp://user@host:1" }, ["/uri"]],
  ["a user and password beside the URI of MQTT", plain, ["/credentials"]],
  ["a certificate where nothing is encrypted", certificate, ["/credentials"]],
  ["not a certificate where something is", { uri: "ssl://host:1", ...certificate }, []],
  ["not a user and password of HTTP", { connectionType: "http-push", uri: "https://host:1", ...plain }, []],
  [
    "a mechanism of Kafka for nobody",
    { connectionType: "kafka", uri: "tcp://host:1", specificConfig: { saslMechanism: "plain" } },
    ["/specificConfig/saslMechanism"],
  ],
])("has no effect: %s", (_what, fields, ignored) => {
  expect(fieldsOf(fields)).toEqual(ignored);
});

test("operators are told in one text why it has none, and what there is", () => {
  const text = ignoredText(connectionOf({ specificConfig: { a: 1, b: 2 }, ...plain }));

  expect(text).toMatch(
    /^No effect in this connection have \/credentials \(.*\); \/specificConfig\/a, \/specificConfig\/b \(options of mqtt are clientId, .*\)\.$/,
  );
  expect(ignoredText(connectionOf())).toBeUndefined();
});

test("a connection that is full of odd names is told of in a short text", () => {
  const names = Array.from({ length: 1_000 }, (_, i) => [`${i}`.padEnd(1_000, "x"), "1"]);
  const text = ignoredText(connectionOf({ specificConfig: Object.fromEntries(names) }));

  expect(text).toContain("990 more");
  expect(text?.length).toBeLessThan(2_000);
});

const page = readFileSync(new URL("../../../docs/connectivity-transports.md", import.meta.url), "utf8");

test.each([
  ["MQTT", "mqtt"],
  ["MQTT", "mqtt-5"],
  ["Apache Kafka", "kafka"],
  ["NATS", "nats"],
  ["HTTP push", "http-push"],
] as const)("the options that the page has for %s are those of %s", (title, type) => {
  const part = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";
  const [, rows = ""] = /^\| (?:Option|Name) \| Default \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(part) ?? [];
  const documented = rows.split("\n").flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
  const known = optionNames(type).filter((name) => !name.includes("-"));

  expect(documented.map(([, name]) => name).sort()).toEqual([...known].sort());
});

let engines: MappingEngines;
beforeAll(async () => {
  engines = await loadMappingEngines(64 * 1024 * 1024);
});

test("the options of every engine are known, by each of its names", () => {
  for (const { names } of engines.values()) {
    const [alias, ...others] = names;
    expect(mapperOptionNames(alias)).toContain("content-type-blocklist");
    for (const other of others) expect(mapperOptionNames(other)).toEqual(mapperOptionNames(alias));
  }
});
