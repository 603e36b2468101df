// Reading and searching as a campaign does, and waiting for the index.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../support/server.ts";

const PATIENCE_MS = 30_000;

/** The header of somebody whose password is their name. */
export const basic = (name: string): string => `Basic ${Buffer.from(`${name}:${name}`).toString("base64")}`;

/** A thing as somebody reads it, with its revision; `undefined` where they do not. */
export async function getThing(server: TestServer, authorization: string, id: string): Promise<unknown> {
  const path = `/api/2/things/${id}?fields=thingId,attributes,_revision`;
  const answer = await server.fetch(path, { headers: { authorization } });
  const body = await answer.json();
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`GET ${id}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** What a search answers: a page of things, or with the path `/count` their number. */
export async function search(
  server: TestServer,
  authorization: string,
  path: "" | "/count",
  query: Readonly<Record<string, string>>,
): Promise<unknown> {
  const answer = await server.fetch(`/api/2/search/things${path}?${new URLSearchParams(query)}`, {
    headers: { authorization },
  });
  const body = await answer.json();
  if (!answer.ok)
    throw new Error(`search ${JSON.stringify(query)}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

interface Health {
  readonly waiting: number;
  readonly policiesWaiting: number;
  readonly isRebuilding: boolean;
  readonly isChecking: boolean;
  /** There once all was compared since the start. */
  readonly lastCheck?: object;
}

async function healthOf(server: TestServer): Promise<Health> {
  const answer = await server.fetch("/devops/piggyback/search", {
    method: "POST",
    body: JSON.stringify({ piggybackCommand: { type: "status.commands:retrieveHealth" } }),
  });
  const body = (await answer.json()) as { statusInfo: { details: { INFO: Health }[] } };
  return body.statusInfo.details[0]?.INFO as Health;
}

/** Waits until a server that did not end well has compared its index with the journal; says so where it never does. */
export async function indexSettled(server: TestServer): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  let quiet = 0;
  let health = await healthOf(server);
  while (quiet < 2) {
    if (performance.now() > deadline) return [`the index is not settled: ${JSON.stringify(health)}`];
    await sleep(50);
    health = await healthOf(server);
    const { waiting, policiesWaiting, isRebuilding, isChecking, lastCheck } = health;
    const isBusy = waiting + policiesWaiting > 0 || isRebuilding || isChecking || lastCheck === undefined;
    quiet = isBusy ? 0 : quiet + 1;
  }
  return [];
}
