import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError } from "@platformatic/kafka";
import { expect, test } from "vitest";
import {
  connectFailure,
  publishFailure,
  reasonText,
} from "../../../src/connectivity/connectors/kafka/failures.ts";

const ofSystem = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const wrapped = (cause: Error) =>
  new MultipleErrors("Cannot connect.", [new NetworkError("Failed.", { cause })]);

const causes: readonly [what: string, cause: Error, isMisconfigured: boolean][] = [
  ["a host that does not exist", ofSystem("ENOTFOUND"), true],
  ["a certificate that nobody vouches for", ofSystem("SELF_SIGNED_CERT_IN_CHAIN"), true],
  ["a certificate that is over", ofSystem("CERT_HAS_EXPIRED"), true],
  ["wrong credentials", new AuthenticationError("SASL authentication failed."), true],
  ["a topic that may not be read", new ProtocolError("TOPIC_AUTHORIZATION_FAILED"), true],
  ["a port where nobody listens", ofSystem("ECONNREFUSED"), false],
  ["a broker that is slow", ofSystem("ETIMEDOUT"), false],
  ["a name server that does not answer", ofSystem("EAI_AGAIN"), false],
  ["a group that is just loading", new ProtocolError("COORDINATOR_LOAD_IN_PROGRESS"), false],
];
for (const [what, cause, isMisconfigured] of causes) {
  test(`${what} is ${isMisconfigured ? "something" : "nothing"} for the operator to mend`, () => {
    expect(connectFailure(wrapped(cause))).toMatchObject({ name: "ConnectFailure", isMisconfigured });
  });
}

test("a message that is too large is not worth another try, one without a leader is", () => {
  expect(publishFailure(wrapped(new ProtocolError("MESSAGE_TOO_LARGE"))).status).toBe(400);
  expect(publishFailure(wrapped(new ProtocolError("NOT_LEADER_OR_FOLLOWER"))).status).toBe(500);
});

test("the innermost reasons are told, each once", () => {
  const twice = new MultipleErrors("All failed.", [
    wrapped(ofSystem("A")),
    wrapped(ofSystem("A")),
    wrapped(ofSystem("B")),
  ]);
  expect(reasonText(twice)).toBe("connect A; connect B");
});
