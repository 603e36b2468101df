// What the devices of the bench send: changes of one property in the Ditto Protocol, thing after thing.

import { namespace, propertyPath } from "../target.ts";

/** As many as five factories have sensors. */
export const things = 50_000;

/** The n-th message. */
export const messageText = (n: number): string =>
  JSON.stringify({
    topic: `${namespace}/thing-${n % things}/things/twin/commands/modify`,
    headers: { "content-type": "application/json" },
    path: `/${propertyPath}`,
    value: n / 8,
  });

/** What keeps the messages of one thing in order, where a broker wants to be told. */
export const keyOf = (n: number): string => `thing-${n % things}`;
