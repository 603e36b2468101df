import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { applyPolicy } from "../../src/policies/apply.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { defaultPolicyLimits } from "../../src/policies/limits.ts";
import { checkCreatorKeepsWrite } from "../../src/policies/lockout.ts";
import { type LookUpPolicy, resolveEntries } from "../../src/policies/resolve.ts";
import { matchPolicyPath } from "../../src/policies/resources.ts";
import { retrievePolicy } from "../../src/policies/retrieve.ts";
import type { Command, EntityState } from "../../src/signals/signal.ts";

/** One request to a real Ditto 3.9.6 and its answer; texts of errors are left out. */
interface Recorded {
  readonly n: number;
  readonly name: string;
  readonly method: "GET" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly as: string;
  readonly body?: JsonValue;
  readonly status: number;
  readonly error?: string;
  readonly allow?: string;
  readonly answer?: JsonValue;
}

const file = new URL("recorded.json", import.meta.url);
const recordings = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
const limits = { ...defaultPolicyLimits, expiryGranularity: 5000, now: Date.UTC(2026, 10, 21) };
const states = new Map<string, EntityState>();
const lookUp: LookUpPolicy = (id) => states.get(id)?.value;

// Later requests depend on earlier ones, so that these tests run in order and none of them can be left out.
test.each(recordings)("$n $name: $method $path", (recorded) => {
  // As text, because clients see the order of keys too.
  expect(JSON.stringify(answerTo(recorded))).toBe(JSON.stringify(expectedOf(recorded)));
});

function expectedOf({ status, error, allow, answer }: Recorded) {
  return {
    status,
    ...(error && { error }),
    ...(allow && { allow }),
    ...(answer !== undefined && { answer }),
  };
}

function answerTo(recorded: Recorded) {
  const [address = "", query] = recorded.path.split("?");
  const [id = "", ...path] = address.split("/").map(decodeURIComponent);
  const resource = matchPolicyPath(path);
  if (resource && !(resource.methods as readonly string[]).includes(recorded.method))
    return { status: 405, allow: resource.methods.join(", ") };
  const headers = { "allow-policy-lockout": query === "allow-policy-lockout=true" };
  const auth = { subjects: [recorded.as] };
  const action = recorded.method === "DELETE" ? "delete" : "modify";
  try {
    return execute({ kind: "policy", id, path, action, headers, auth, ...bodyOf(recorded) }, recorded.method);
  } catch (error) {
    if (error instanceof TwinError) return { status: error.status, error: error.code };
    throw error;
  }
}

const bodyOf = ({ body }: Recorded) => (body === undefined ? {} : { value: body });

function execute(command: Command, method: Recorded["method"]) {
  const state = states.get(command.id);
  const { id, path } = command;
  const resource = matchPolicyPath(path);
  const entries = state?.value && Object.values(resolveEntries(state.value, lookUp));
  const access = entries && compileEnforcer(entries).forSubjects(command.auth.subjects);
  if (method === "GET") {
    if (access && !access.hasPartial("policy", path, "READ")) throw resource?.notFound(id, path);
    return { status: 200, answer: retrievePolicy(state, id, path) };
  }
  if (!access && path.length === 0 && command.action === "modify")
    checkCreatorKeepsWrite(command, limits, lookUp);
  const { change, status, value } = decidePolicy(state, command, limits);
  if (access && !access.hasUnrestricted("policy", path, "WRITE")) throw resource?.notModifiable(id, path);
  states.set(id, applyPolicy(state, change, (state?.revision ?? 0) + 1, 0));
  return { status, ...(value !== undefined && { answer: value as JsonObject }) };
}
