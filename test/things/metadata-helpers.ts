// A thing with its metadata, without a server: commands are decided and applied as the server would.

import { isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import type { Change, CommandAction, DittoHeaders, EntityState } from "../../src/signals/signal.ts";
import { applyThing } from "../../src/things/apply.ts";
import { decideThing } from "../../src/things/decide.ts";
import { applyMetadata } from "../../src/things/metadata/apply.ts";
import { decideMetadata } from "../../src/things/metadata/decide.ts";
import { parseMetadataHeaders } from "../../src/things/metadata/headers.ts";
import { retrieveMetadata, type View } from "../../src/things/metadata/retrieve.ts";
import { command } from "../support/things.ts";

const maxSize = 102_400;
const all: View = (value) => value;

/** The value of `put-metadata` by keys, as HTTP brings it. */
export const put = (puts: Record<string, JsonValue>): DittoHeaders => ({
  "put-metadata": JSON.stringify(Object.entries(puts).map(([key, value]) => ({ key, value }))),
});
export const remove = (selector: string): DittoHeaders => ({ "delete-metadata": selector });

/** A thing's life: every command changes it, `metadata` is what it has now. */
export function aThing(value?: JsonObject) {
  let state: EntityState | undefined;
  let metadata: JsonObject | undefined;
  const changes: Change[] = [];
  const life = {
    changes,
    get metadata() {
      return metadata;
    },
    when(action: CommandAction, path: string, value?: JsonValue, headers: DittoHeaders = {}) {
      const { id, value: body } = command(action, path, value);
      const { change } = decideThing(state, command(action, path, value));
      const decided = decideMetadata({
        id,
        change,
        thing: state?.value,
        metadata,
        headers: parseMetadataHeaders(headers),
        inline: isObject(body) ? body._metadata : undefined,
        maxSize,
      });
      const recorded = decided === undefined ? change : { ...change, metadata: decided };
      changes.push(recorded);
      metadata = applyMetadata(metadata, recorded);
      state = applyThing(state, change, (state?.revision ?? 0) + 1, 1);
      return life;
    },
    retrieve(path: string, selector: string, view: View = all) {
      const keys = parseMetadataHeaders({ "get-metadata": selector })?.get ?? [];
      return retrieveMetadata(state?.value ?? {}, metadata, readPath(path), keys, view);
    },
  };
  return value === undefined ? life : life.when("modify", "/", value);
}
