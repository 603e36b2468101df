import { nkeys } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { natsTransport } from "../../../src/connectivity/connectors/nats/transport.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import { anyHosts } from "../../../src/connectivity/net/hosts.ts";
import { connection, settings, source, target } from "./harness.ts";

const validate = (more: Partial<Connection>) => natsTransport(settings, anyHosts).validate(connection(more));
const from = (...addresses: string[]) => ({ sources: [source(addresses)] });
const to = (address: string) => ({ targets: [target(address)] });
const configured = (specificConfig: Record<string, string>) => ({ specificConfig });
const plain = (username: string, password: string) => ({ type: "plain", username, password }) as const;
const key = nkeys.createUser();
const seed = Buffer.from(key.getSeed()).toString();

test.each<[string, Partial<Connection>]>([
  ["subjects with wildcards", from("a.*.c", "a.>", ">")],
  [
    "streams, whole and by subjects, and consumers",
    from("stream:PLANT", "stream:PLANT/a.*", "consumer:PLANT/mine"),
  ],
  [
    "streams with the qos 0 and 1",
    { sources: [source(["stream:A"], { qos: 0 }), source(["stream:A"], { qos: 1 })] },
  ],
  ["subjects with placeholders", to("a.{{ thing:id }}.{{ resource:path | fn:replace('/','.') }}")],
  ["several servers", configured({ servers: "one.example:4222, two.example,[::1]:4223" })],
  [
    "all options of a consumer",
    configured({ durable: "d", ackWait: "5s", maxAckPending: "9", maxDeliver: "2" }),
  ],
  ["a token", { uri: "nats://:token@host:4222" }],
  ["a key", { credentials: plain("", seed), ...configured({ authentication: "nkey" }) }],
  ["a JWT with its key", { credentials: plain("e.y.j", seed), ...configured({ authentication: "jwt" }) }],
])("takes %s", (_, more) => {
  expect(() => validate(more)).not.toThrow();
});

test.each<[string, Partial<Connection>]>([
  ["/sources/0/addresses/1", from("a", "a..b")],
  ["/sources/0/addresses/0", from("a b")],
  ["/sources/0/addresses/0", from("a.>.b")],
  ["/sources/0/addresses/0", from("stream:")],
  ["/sources/0/addresses/0", from("stream:A.B/c")],
  ["/sources/0/addresses/0", from("stream:A/")],
  ["/sources/0/addresses/0", from("consumer:A")],
  ["/sources/0/qos", { sources: [source(["stream:A", "core"], { qos: 1 })] }],
  ["/sources/0/qos", { sources: [source(["stream:A"], { qos: 2 })] }],
  [
    "/sources/0/replyTarget/address",
    {
      sources: [
        source(["a"], {
          replyTarget: { enabled: true, address: "a.*", headerMapping: {}, expectedResponseTypes: [] },
        }),
      ],
    },
  ],
  [
    "/sources/0/enforcement/filters/0",
    {
      sources: [
        source(["a"], { enforcement: { input: "{{ source:address }}", filters: ["{{ no:such }}"] } }),
      ],
    },
  ],
  ["/targets/0/address", to("a.*")],
  ["/targets/0/address", to("a.{{ thing:id }}..b")],
  ["/targets/0/qos", { targets: [target("a", { qos: 2 })] }],
  [
    "/targets/0/headerMapping/nats.reply-to",
    { targets: [target("a", { qos: 1, headerMapping: { "nats.reply-to": "b" } })] },
  ],
  ["/uri", { uri: "nats://token@host:4222" }],
  ["/credentials/type", { credentials: { type: "hmac", algorithm: "x", parameters: {} } }],
  ["/credentials", configured({ authentication: "nkey" })],
  ["/credentials/password", { credentials: plain("", "SUno"), ...configured({ authentication: "nkey" }) }],
  ["/credentials/username", { credentials: plain("", seed), ...configured({ authentication: "jwt" }) }],
  ["/specificConfig/authentication", configured({ authentication: "other" })],
  ["/specificConfig/servers", configured({ servers: "a:1,b:x" })],
  ["/specificConfig/servers", configured({ servers: "nats://a:1" })],
  [
    "/specificConfig/servers",
    {
      ...configured({ servers: "a:1" }),
      sshTunnel: {
        enabled: true,
        credentials: plain("a", "b"),
        validateHost: false,
        knownHosts: [],
        uri: "ssh://jump:22",
      },
    },
  ],
  ["/specificConfig/queueGroup", configured({ queueGroup: "a b" })],
  ["/specificConfig/durable", configured({ durable: "a.b" })],
  ["/specificConfig/ackWait", configured({ ackWait: "soon" })],
  ["/specificConfig/maxAckPending", configured({ maxAckPending: "0" })],
  ["/specificConfig/maxDeliver", configured({ maxDeliver: "-1" })],
  ["/specificConfig/deliverPolicy", configured({ deliverPolicy: "some" })],
  ["/specificConfig/inboxPrefix", configured({ inboxPrefix: "a.>" })],
  ["/specificConfig/jetstreamDomain", configured({ jetstreamDomain: "a.b" })],
])("refuses what cannot be, naming %s", (field, more) => {
  const refused = { code: "connectivity:connection.configuration.invalid", status: 400 };

  expect(() => validate(more)).toThrow(expect.objectContaining(refused));
  expect(() => validate(more)).toThrow(`(${field})`);
});

test("an address of unclosed placeholders is judged in no time", () => {
  const since = performance.now();

  expect(() => validate(to("{{".repeat(500_000)))).toThrow();
  expect(performance.now() - since).toBeLessThan(1_000);
});
