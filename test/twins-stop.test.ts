// In which order twins are stopped: what is committed to the very end is in the index, or the index knows that it may not be.

import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { expect, test } from "vitest";
import { alone } from "../src/cluster/alone.ts";
import { openStorage } from "../src/journal/open.ts";
import { readConfig } from "../src/ops/config.ts";
import { createMetrics } from "../src/ops/metrics.ts";
import { startTwins } from "../src/twins.ts";
import { storages } from "./journal/storages.ts";

const SLOWLY_MS = 500;

test.each(storages)(
  "what is committed while $name is stopped is in the index all the same",
  async ({ openStorage: make }) => {
    await using place = await make();
    const { journal, database } = await openStorage(place.options);
    const appended = Promise.withResolvers<void>();
    let isSlow = false;
    const slow: typeof journal = {
      ...journal,
      append: (rows, settled) => {
        if (isSlow) appended.resolve();
        journal.append(rows, (error) => {
          setTimeout(() => settled(error), isSlow ? SLOWLY_MS : 0);
        });
      },
      finish: async () => {
        await journal.finish();
        await sleep(SLOWLY_MS + 100);
      },
    };
    const log = pino({ level: "silent" });
    const storage = { journal: slow, database };
    const whole = { storage, metrics: createMetrics(), spans: undefined, onBlocked: () => undefined, log };
    const twins = await startTwins(readConfig({}, []), { ...whole, cluster: alone("test") });
    try {
      const ask = (id: string) =>
        twins.dispatch({
          kind: "thing",
          id,
          action: "modify",
          path: [],
          value: { attributes: { n: 1 } },
          headers: {},
          auth: { subjects: ["nginx:ditto"] },
        });
      await ask("org.acme:early");
      isSlow = true;
      const late = ask("org.acme:late");
      await appended.promise;

      await twins.stop();
      await late;

      const rows = await database.query("select id from search_thing order by id", []);
      expect(rows.map(({ id }) => id)).toEqual(["org.acme:early", "org.acme:late"]);
    } finally {
      await journal.close();
    }
  },
);
