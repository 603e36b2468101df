// A server with somebody who owns all fixtures, and the user at both doors.

import { afterAll } from "vitest";
import { startServer } from "../../support/server.ts";
import { type Door, httpDoor, socketDoor } from "./doors.ts";
import { makeBorrowed, makePolicies } from "./fixtures.ts";
import { OWNER, USER } from "./situations.ts";

export interface Place extends AsyncDisposable {
  readonly owner: Door;
  /** The doors at which the user speaks. */
  readonly doors: readonly Door[];
  /** The doors for others. */
  as(subjects: string): Promise<readonly Door[]>;
}

/** Starts it, with the policies that the fixtures import. */
export async function startPlace(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(
    await startServer({
      env: { ENABLE_PRE_AUTHENTICATION: "true", POLICY_SUBJECT_EXPIRY_GRANULARITY: "1s" },
    }),
  );
  const as = async (subjects: string) => [
    httpDoor(server, subjects),
    stack.use(await socketDoor(server, subjects)),
  ];
  const owner = stack.use(await socketDoor(server, OWNER));
  await makeBorrowed(owner);
  return { owner, doors: await as(USER), as, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

let shared: Promise<Place> | undefined;

/** One for all suites of a test file, with the policies of all situations; it goes with the last of them. */
export function sharedPlace(): Promise<Place> {
  shared ??= startPlace().then(async (place) => {
    await makePolicies(place.owner);
    return place;
  });
  return shared;
}

/** Ends the shared place after all tests of the file. */
export const endSharedPlace = () => afterAll(async () => (await shared)?.[Symbol.asyncDispose]());
