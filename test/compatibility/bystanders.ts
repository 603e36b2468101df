// The steps of those who take part in a row beside the one who asks: a device, and a listener of events.

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { openSession } from "../support/socket.ts";
import type { Context } from "./context.ts";
import type { DeviceStep, ListenerStep } from "./row.ts";
import { asDitto } from "./servers.ts";

/** How long a message may take that must come, and that must not. */
const PATIENCE_MS = 5_000;
const SILENCE_MS = 200;

/** A step of the device. */
export async function ofDevice({ does }: DeviceStep, context: Context): Promise<void> {
  if ("opens" in does) {
    const session = await context.device(context.fill(does));
    for (const line of does.opens) {
      session.send(line);
      expect(await session.next(PATIENCE_MS)).toBe(`${line.replace(/\?.*/, "")}:ACK`);
    }
    return;
  }
  if ("isTold" in does) return comeLate(context.fill(does.query), context.fill(does.isTold), context);
  const session = await context.device();
  if ("says" in does) session.send(context.fill(does.says));
  else if (does.hears) {
    const text = await session.next(PATIENCE_MS);
    const heard = JSON.parse(text) as { headers?: { "correlation-id"?: string } };
    expect(heard, text).toMatchObject(context.fill(does.hears));
    context.heard(heard.headers?.["correlation-id"] ?? "");
  } else {
    await sleep(SILENCE_MS);
    expect(session.inbox).toEqual([]);
  }
}

/** A session that the server closes after a message. */
async function comeLate(query: string, gives: object, context: Context): Promise<void> {
  await using session = await openSession(context.server, asDitto, query);
  const text = await session.next(PATIENCE_MS);
  expect(JSON.parse(text), text).toMatchObject(gives);
  expect(await session.closed).toMatchObject({ code: 1000 });
}

/** A step of the listener. */
export async function ofListener({ does }: ListenerStep, context: Context): Promise<void> {
  if ("opens" in does) await context.listener(context.fill(does.opens)).open;
  else {
    const event = await context.listener().next();
    if (typeof does.hears === "string") expect(event).toBe(context.fill(does.hears));
    else expect(event).toMatch(does.hears);
  }
}
