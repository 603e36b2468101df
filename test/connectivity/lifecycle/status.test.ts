import { expect, test } from "vitest";
import {
  beginClient,
  type ClientState,
  stepClient,
} from "../../../src/connectivity/lifecycle/client-state.ts";
import { addressKey, closedStatusJson, statusJson } from "../../../src/connectivity/lifecycle/status.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

const rules = {
  ...{ connectingMinTimeoutMs: 50, connectingMaxTimeoutMs: 300, connectingMaxTries: 3 },
  ...{ minBackoffMs: 5, maxBackoffMs: 12, failoverEnabled: true },
};
const connection = connectionOf({ sources: [sourceOf()], targets: [targetOf()] });
const [initial] = beginClient(0, rules);
const [open] = stepClient(initial, { is: "connected" }, 1000, rules);
const [failed] = stepClient(initial, { is: "failed", reason: "no", isMisconfigured: false }, 1000, rules);
const [misconfigured] = stepClient(
  initial,
  { is: "failed", reason: "no", isMisconfigured: true },
  1000,
  rules,
);
const viewOf = (state: ClientState) => ({ state, addresses: new Map() });

test("before it is connected a connection is unknown, and its addresses are closed, as recorded", () => {
  expect(statusJson(connection, [viewOf(initial)])).toEqual({
    ...{ type: "connectivity.responses:retrieveConnectionStatus", status: 200, connectionId: "bridge" },
    ...{ connectionStatus: "open", liveStatus: "unknown", recoveryStatus: "unknown" },
    clientStatus: [
      {
        ...{ type: "client", client: "1", status: "unknown", recoveryStatus: "unknown" },
        ...{ statusDetails: "initialized", inStateSince: "1970-01-01T00:00:00.000Z" },
      },
    ],
    sourceStatus: [
      { type: "source", client: "1", address: "in/#", status: "closed", statusDetails: expect.any(String) },
    ],
    targetStatus: [
      {
        type: "target",
        client: "1",
        address: "out/{{ thing:id }}",
        status: "closed",
        statusDetails: expect.any(String),
      },
    ],
  });
});

test("once it is connected it is open, though nothing is known of addresses with placeholders, as recorded", () => {
  const json = statusJson(connection, [viewOf(open)]);
  expect(json).toMatchObject({
    liveStatus: "open",
    recoveryStatus: "succeeded",
    connectedSince: "1970-01-01T00:00:01.000Z",
  });
  expect(json.clientStatus).toMatchObject([{ status: "open", statusDetails: "CONNECTED" }]);
  expect(json.sourceStatus).toMatchObject([{ status: "open" }]);
  expect(json.targetStatus).toMatchObject([{ status: "unknown" }]);
});

test("what the connector tells of an address counts", () => {
  const refused = { status: "failed", details: "not authorized", since: 2000 } as const;
  const addresses = new Map([[addressKey("source", "in/#"), refused]]);
  const json = statusJson(connection, [{ state: open, addresses }]);
  expect(json.sourceStatus).toMatchObject([{ status: "failed", statusDetails: "not authorized" }]);
  expect(json.liveStatus).toBe("failed");
});

const several: readonly (readonly [readonly ClientState[], string, string])[] = [
  [[open, open], "open", "succeeded"],
  [[open, initial], "unknown", "unknown"],
  [[open, failed], "failed", "ongoing"],
  [[misconfigured, open], "misconfigured", "ongoing"],
  [[failed, misconfigured], "failed", "ongoing"],
];
for (const [states, live, recovery] of several) {
  test(`clients that are ${states.map(({ status }) => status).join(" and ")} are ${live}`, () => {
    const json = statusJson(connectionOf(), states.map(viewOf));
    expect([json.liveStatus, json.recoveryStatus]).toEqual([live, recovery]);
  });
}

test("each consumer of a source has its entry, and a tunnel each client", () => {
  const credentials = { type: "plain", username: "u", password: "p" } as const;
  const sshTunnel = { enabled: true, credentials, validateHost: false, knownHosts: [], uri: "ssh://h:22" };
  const json = statusJson(connectionOf({ sources: [sourceOf({ consumerCount: 2 })], sshTunnel }), [
    viewOf(open),
  ]);
  expect(json.sourceStatus).toHaveLength(2);
  expect(json.sshTunnelStatus).toMatchObject([{ type: "ssh", status: "open" }]);
});

test("a closed connection is closed, and says no more", () => {
  expect(closedStatusJson("bridge", 0)).toMatchObject({
    ...{ connectionStatus: "closed", liveStatus: "closed", recoveryStatus: "unknown" },
    clientStatus: [{ client: "1", status: "closed" }],
  });
});
