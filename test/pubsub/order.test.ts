// The dispatcher on the embedded database, with many clients at once: in what order its events arrive.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dispatch, dispatcher } from "../../src/dispatch/dispatcher.ts";
import { Turns } from "../../src/dispatch/turns.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/open.ts";
import type { Delivery } from "../../src/pubsub/delivery.ts";
import { localPubsub, type Pubsub } from "../../src/pubsub/pubsub.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import type { CommandAction, EntityEvent } from "../../src/signals/signal.ts";
import { ditto, worldOn } from "../support/dispatch.ts";

let dataDir: string;
let journal: Journal;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-order-"));
  journal = await openJournal({ dataDir });
});
afterAll(async () => {
  await journal.close();
  await rm(dataDir, { recursive: true, force: true });
});

const THINGS = 6;
const WRITES = 60;
const ids = Array.from({ length: THINGS }, (_, i) => `org.acme:ordered-${i}`);

/** What somebody is told while they are connected, and what was published meanwhile. */
interface Connection {
  readonly told: string[];
  readonly from: number;
  to?: number;
}

const nameOf = ({ id, revision }: Pick<EntityEvent, "id" | "revision">) => `${id} ${revision}`;

/** Subscribes somebody; `slow` ones take their time with each event. */
function connect(pubsub: Pubsub, published: readonly string[], filter: string | undefined, slow: boolean) {
  const connection: Connection = { told: [], from: published.length };
  const deliver = ({ signal }: Delivery) => {
    if (slow) for (const until = performance.now() + 1; performance.now() < until; );
    connection.told.push(nameOf(signal as EntityEvent));
  };
  const end = pubsub.subscribe({
    ...{ stream: "EVENTS", subjects: ditto.subjects },
    ...{ selection: selectionOf({ filter }), subscriber: { deliver } },
  });
  return {
    connection,
    disconnect() {
      end();
      connection.to = published.length;
    },
  };
}

/** Somebody who comes and goes as long as the others write. */
async function comeAndGo(pubsub: Pubsub, published: readonly string[], isOver: () => boolean) {
  const connections: Connection[] = [];
  while (!isOver()) {
    const { connection, disconnect } = connect(pubsub, published, undefined, false);
    connections.push(connection);
    await sleep(connections.length % 7);
    disconnect();
  }
  return connections;
}

async function write(dispatch: Dispatch, id: string): Promise<void> {
  const ask = (action: CommandAction, path: readonly string[], value?: number | object) =>
    dispatch({
      ...{ kind: "thing", id, action, path, headers: {}, auth: ditto },
      ...(value !== undefined && { value }),
    } as never);
  await ask("create", [], { attributes: {} });
  const written = Array.from({ length: WRITES }, async (_, n) => {
    if (n % 5 === 0) await sleep(n % 11);
    await ask("modify", ["attributes", `a${n % 3}`], n);
    if (n % 9 === 0) await ask("delete", ["attributes", `a${n % 3}`]).catch(() => undefined);
  });
  await Promise.all(written);
}

test("each listener is told every event of a thing once, in the order of revisions, whoever else listens", async () => {
  const pubsub = localPubsub();
  const published: string[] = [];
  const { parts } = worldOn(journal);
  const publish: typeof pubsub.publish = (event, ...rest) => {
    pubsub.publish(event, ...rest);
    if (event.kind === "thing") published.push(nameOf(event));
  };
  const dispatch = dispatcher({ ...parts, publish }, new Turns());
  const steady = connect(pubsub, published, undefined, false);
  const slow = connect(pubsub, published, undefined, true);
  const picky = connect(pubsub, published, `eq(thingId,"${ids[0]}")`, false);
  let isOver = false;
  const restless = comeAndGo(pubsub, published, () => isOver);

  await Promise.all(ids.map((id) => write(dispatch, id)));
  isOver = true;

  const kept = await Promise.all(ids.map((id) => journal.readEvents("thing", id, 1, 10_000, 10_000)));
  const committed = kept.flat().map(nameOf);
  const ofThing = (names: readonly string[], id: string) => names.filter((name) => name.startsWith(`${id} `));
  expect(committed.length).toBeGreaterThan(THINGS * WRITES);
  for (const id of ids) {
    expect(ofThing(steady.connection.told, id)).toEqual(ofThing(committed, id));
    expect(ofThing(slow.connection.told, id)).toEqual(ofThing(committed, id));
  }
  expect(picky.connection.told).toEqual(ofThing(committed, ids[0] as string));
  const connections = await restless;
  expect(connections.length).toBeGreaterThan(3);
  for (const { told, from, to } of connections) expect(told).toEqual(published.slice(from, to));
});
