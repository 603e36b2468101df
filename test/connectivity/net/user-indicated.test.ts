import { expect, test } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import { failureOf } from "../../../src/connectivity/lifecycle/attempt.ts";
import { isAmong } from "../../../src/connectivity/net/user-indicated.ts";
import { userIndicatedErrors } from "../../../src/ops/user-indicated-errors.ts";

const indicated = (...errors: { exceptionName: string; messagePattern: string }[]) =>
  userIndicatedErrors.parse(JSON.stringify(errors));

const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const failure = new ConnectFailure("The broker cannot be reached: read ECONNRESET.", false, reset);

test.each([
  ["by the code of what it comes from", "ECONNRESET", ".*", true],
  ["by its name", "ConnectFailure", "The broker .*", true],
  ["by its message alone", "*", ".*ECONNRESET\\.", true],
  ["not by another name", "java.net.SocketException", ".*", false],
  ["not by part of its message", "*", "ECONN", false],
])("an error is among those that an operator names: %s", (_, exceptionName, messagePattern, expected) => {
  expect(isAmong(indicated({ exceptionName, messagePattern }), failure)).toBe(expected);
});

test("an error that is its own cause is looked at all the same", () => {
  const circular = new Error("a");
  circular.cause = new Error("b", { cause: circular });

  expect(isAmong(indicated({ exceptionName: "Error", messagePattern: "c" }), circular)).toBe(false);
});

test("what is indicated makes a connection misconfigured", () => {
  expect(failureOf(failure)).toMatchObject({ isMisconfigured: false });
  expect(failureOf(failure, indicated({ exceptionName: "ECONNRESET", messagePattern: ".*" }))).toMatchObject({
    isMisconfigured: true,
  });
});
