// What of the settings is only looked at when twins are started.

import { expect, test } from "vitest";
import { startServer } from "./support/server.ts";

test("a condition that is no RQL stops the start, and it is said where it stands", async () => {
  const entries = [{ "extra-fields": ["thingId"], condition: "eq(attributes/a" }];
  const starting = startServer({ env: { THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS: JSON.stringify(entries) } });

  await expect(starting).rejects.toThrow(
    /code 2 before it was ready[\s\S]*THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS must have RQL as \[0\]\.condition: ./,
  );
});
