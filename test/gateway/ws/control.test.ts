import { describe, expect, test } from "vitest";
import { acknowledge, readControl, type SubscriptionChange } from "../../../src/gateway/ws/control.ts";

const change = (text: string) => readControl(text) as SubscriptionChange;

describe("a control message", () => {
  for (const topic of ["EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS", "POLICY-ANNOUNCEMENTS"])
    test(`starts and stops ${topic}, and is acknowledged by its own name`, () => {
      expect(change(`START-SEND-${topic}`)).toMatchObject({ says: "subscription", start: true, topic });
      expect(change(`STOP-SEND-${topic}`)).toMatchObject({ says: "subscription", start: false, topic });
      expect(acknowledge(change(`START-SEND-${topic}?namespaces=a`))).toBe(`START-SEND-${topic}:ACK`);
      expect(acknowledge(change(`STOP-SEND-${topic}`))).toBe(`STOP-SEND-${topic}:ACK`);
    });

  test("has parameters that are decoded as those of a query", () => {
    const { parameters } = change(
      "START-SEND-EVENTS?filter=eq(attributes%2Fa,%22x%26y%22)&namespaces=a+b&c=d=e",
    );

    expect([...parameters]).toEqual([
      ["filter", 'eq(attributes/a,"x&y")'],
      ["namespaces", "a b"],
      ["c", "d=e"],
    ]);
  });

  test("may hold what is no percent-encoding, which stays as it is", () => {
    expect(change('START-SEND-EVENTS?filter=like(attributes/a,"50%")').parameters.get("filter")).toBe(
      'like(attributes/a,"50%")',
    );
  });

  test("may go on before its parameters", () => {
    expect(change("START-SEND-EVENTS please?namespaces=a").parameters.get("namespaces")).toBe("a");
  });

  test("may bring a new token", () => {
    expect(readControl("JWT-TOKEN?jwtToken=a.b.c")).toEqual({ says: "token", token: "a.b.c" });
    expect(readControl("JWT-TOKEN")).toEqual({ says: "token", token: "" });
  });

  for (const text of [
    "",
    "START-SEND-BOGUS",
    "START-SEND",
    " START-SEND-EVENTS",
    "JWTTOKEN?jwtToken=a",
    "{}",
  ])
    test(`is not '${text}'`, () => expect(readControl(text)).toBeUndefined());
});
