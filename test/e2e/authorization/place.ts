// A server with somebody who owns all fixtures, and the user at both doors.

import { startServer } from "../../support/server.ts";
import { type Door, httpDoor, socketDoor } from "./doors.ts";
import { makeBorrowed } from "./fixtures.ts";
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
