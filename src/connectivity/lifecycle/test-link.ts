// Whether a connection can be made at all: a dry run, of which nothing stays.

import type { ConnectorEvents } from "../connectors/connector.ts";
import { usedSources } from "../inbound/source.ts";
import type { Connection } from "../model.ts";
import { usedTargets } from "../outbound/target.ts";
import { attemptOf, failureOf } from "./attempt.ts";
import { connectionFailed } from "./errors.ts";
import type { LinkParts } from "./link-parts.ts";
import { within } from "./within.ts";

/** Resolves when the connection could be made, and its mappers; rejects with `connectivity:connection.failed` or what refuses it. */
export async function testLink(connection: Connection, parts: LinkParts): Promise<void> {
  const { settings, transportOf, mappingsOf, monitorOf, prepare } = parts;
  const transport = transportOf(connection);
  const mappings = mappingsOf(connection);
  try {
    usedSources(connection);
    usedTargets(connection, monitorOf(connection));
  } finally {
    mappings.close();
  }
  const attempt = attemptOf({ connection, clientIndex: 0, isTest: true, transport, prepare, events: nobody });
  try {
    await intime(attempt.open(), settings.testingTimeoutMs);
  } catch (error) {
    throw connectionFailed(connection.id, failureOf(error).reason);
  } finally {
    await within(attempt.end(), settings.disconnectingMaxTimeoutMs);
  }
}

/** Nothing is taken while it is tested; what comes stays with the broker. */
const nobody: ConnectorEvents = {
  received: () => false,
  lost: () => undefined,
  addressStatus: () => undefined,
  throttled: () => undefined,
  log: () => undefined,
};

async function intime(opening: Promise<unknown>, ms: number): Promise<void> {
  opening.catch(() => undefined); // it may fail when the test is over
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It took longer than ${ms / 1000} s.`)), ms);
  try {
    await Promise.race([opening, promise]);
  } finally {
    clearTimeout(timer);
  }
}
