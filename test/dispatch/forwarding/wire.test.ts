// What crosses from member to member comes out as it went in.

import fc from "fast-check";
import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { type JsonValue, rawNumber } from "../../../src/base/json/json.ts";
import { actionCodec, commandCodec, liveCodec } from "../../../src/dispatch/forwarding/wire-command.ts";
import { printError, printReply, readError, readReply } from "../../../src/dispatch/forwarding/wire-reply.ts";
import type { PolicyAction } from "../../../src/dispatch/policy-actions.ts";
import { SUDO_SUBJECTS } from "../../../src/policies/sudo.ts";
import type { LiveSignal } from "../../../src/signals/live.ts";
import { originsOf, RemoteOrigin } from "../../../src/signals/origins.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type { Command } from "../../../src/signals/signal.ts";
import { anyJson, anyObject, anyPath } from "../../support/json-arbitraries.ts";

const here = originsOf("here");
const there = originsOf("there");

const optional = <T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[]) =>
  fc.record(members, { requiredKeys: required as never }) as unknown as fc.Arbitrary<T>;

const subjects = fc.array(fc.string({ minLength: 1 }), { maxLength: 3 });
const auth = optional<Command["auth"]>(
  {
    subjects,
    token: optional<NonNullable<Command["auth"]["token"]>>(
      {
        claims: anyObject,
        expiresAt: fc.maxSafeInteger(),
        headers: fc.constant({ "x-from-token": "a" }),
      },
      ["claims", "expiresAt"],
    ),
  },
  ["subjects"],
);

const command = optional<Command>(
  {
    kind: fc.constantFrom("thing", "policy"),
    id: fc.string({ minLength: 1 }),
    action: fc.constantFrom("create", "modify", "merge", "delete", "retrieve"),
    path: anyPath,
    value: anyJson,
    patchFormat: fc.constant("json-patch"),
    fields: fc.array(anyPath, { maxLength: 3 }),
    headers: anyObject,
    auth,
    guard: fc.constant(undefined as never),
  },
  ["kind", "id", "action", "path", "headers", "auth"],
).map(({ guard: _, ...others }) => others as Command);

/** Compared as text too, which shows the order of keys and each digit. */
function expectSame(after: unknown, before: unknown): void {
  expect(JSON.stringify(after)).toBe(JSON.stringify(before));
  expect(Object.keys(after as object).sort()).toEqual(Object.keys(before as object).sort());
}

test("a command is one line of text, and the same afterwards to each digit", () => {
  fc.assert(
    fc.property(command, (said) => {
      const printed = commandCodec.print({ said, origin: undefined }, here);

      expect(printed).not.toMatch(/[\r\n]/);
      expectSame(commandCodec.read(printed, there, "here").said, said);
    }),
  );
});

test("an action on a policy takes the claims of its token along", () => {
  fc.assert(
    fc.property(auth, anyObject, anyJson, (by, headers, announcement) => {
      const said: PolicyAction = {
        id: "org.acme:p",
        action: "activateTokenIntegration",
        label: "guests",
        announcement,
        headers,
        auth: by,
      };
      const printed = actionCodec.print({ said, origin: undefined }, here);

      expectSame(actionCodec.read(printed, there, "here").said, said);
    }),
  );
});

test("the bytes of a message are the same", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), subjects, anyObject, (bytes, by, headers) => {
      const said: LiveSignal = {
        says: "message",
        id: "org.acme:lamp",
        direction: "to",
        subject: "blink/twice",
        headers,
        auth: { subjects: by },
        payload: { is: "bytes", bytes },
      };
      const read = liveCodec.read(liveCodec.print({ said, origin: undefined }, here), there, "here")
        .said as typeof said;

      expect(read.payload?.is === "bytes" && [...read.payload.bytes]).toEqual([...bytes]);
      expectSame({ ...read, payload: undefined }, { ...said, payload: undefined });
    }),
  );
});

const reply = optional<Reply>(
  {
    status: fc.constantFrom(200, 201, 204, 304),
    value: anyJson,
    text: fc.constant(undefined as never),
    revision: fc.nat(),
    etag: fc.constantFrom('"rev:7"', '"hash:0123"'),
    headers: anyObject,
  },
  ["status"],
).map(({ text: _, ...others }) => others as Reply);

test("a reply has the same value, which is parsed only when it is looked at, and its text", () => {
  fc.assert(
    fc.property(reply, fc.boolean(), (said, hasText) => {
      const text = said.value === undefined ? undefined : JSON.stringify(said.value);
      const read = readReply(printReply(hasText && text !== undefined ? { ...said, text } : said));

      expect(read.text).toBe(text);
      const { text: _, value, ...others } = read;
      const { value: before, ...told } = said;
      expectSame(others, told);
      expect(JSON.stringify(value)).toBe(JSON.stringify(before));
    }),
  );
});

test("a refusal tells all that its door told", () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (message, etag) => {
      const text = { message, description: `${message}?`, href: "https://x", invalidHeaderKey: "if-match" };
      const refusal = new TwinError("things:thing.notfound", 404, text, etag);

      const read = readError(printError(refusal));

      expect(read).toBeInstanceOf(TwinError);
      expect({ ...read, json: read.toJSON() }).toEqual({ ...refusal, json: refusal.toJSON() });
    }),
  );
});

test("an integer of 64 bits crosses as a command and as a reply", () => {
  const value: JsonValue = { n: rawNumber("9223372036854775807") };
  const text = printReply({ status: 200, value });

  expect(JSON.stringify(readReply(text).value)).toBe('{"n":9223372036854775807}');
});

test("operators are operators on the other side, and nobody else is", () => {
  const said: Command = {
    kind: "thing",
    id: "org.acme:lamp",
    action: "delete",
    path: [],
    headers: {},
    auth: { subjects: SUDO_SUBJECTS },
  };
  const crossed = (auth: Command["auth"]) =>
    commandCodec.read(commandCodec.print({ said: { ...said, auth }, origin: undefined }, here), there, "here")
      .said.auth.subjects;

  expect(crossed({ subjects: SUDO_SUBJECTS })).toBe(SUDO_SUBJECTS);
  expect(crossed({ subjects: [] })).not.toBe(SUDO_SUBJECTS);
});

test("a session that caused something is itself again when it comes back, and elsewhere known by its member", () => {
  const session = {};
  const printed = here.print(session);
  const abroad = there.read(printed, "here");

  expect(abroad).toBeInstanceOf(RemoteOrigin);
  expect(there.memberOf(abroad)).toBe("here");
  expect(here.read(there.print(abroad), "there")).toBe(session);
});

test("a connection that caused something is known as that everywhere, and the predictors before a prediction too", () => {
  const abroad = there.read(here.print({ connectionId: "c-1" }), "here") as RemoteOrigin;
  const prediction = there.read(here.print({ predictors: new Set(["p-1", "p-2"]) }), "here");

  expect(abroad.connectionId).toBe("c-1");
  expect(prediction).toEqual({ predictors: new Set(["p-1", "p-2"]) });
});
