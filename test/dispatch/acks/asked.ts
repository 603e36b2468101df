import type { Command, DittoHeaders } from "../../../src/signals/signal.ts";

/** A change of an attribute with these headers. */
export const command = (headers: DittoHeaders, how: Partial<Command> = {}): Command => ({
  kind: "thing",
  id: "org.acme:lamp",
  action: "modify",
  path: ["attributes", "a"],
  auth: { subjects: ["nginx:ditto"] },
  headers,
  ...how,
});
