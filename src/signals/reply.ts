import type { JsonValue } from "../base/json/json.ts";
import type { DittoHeaders } from "./signal.ts";

/** The answer to a command that was not refused; doors add what is theirs (Location, topic, correlation-id). */
export interface Reply {
  /** 200, 201, 204 or 304. */
  readonly status: number;
  readonly value?: JsonValue;
  /** The JSON text of `value`, where it is at hand. */
  readonly text?: string;
  /** Revision of the entity after the command. */
  readonly revision?: number;
  readonly etag?: string;
  /** What else is told beside the value, as `ditto-metadata`. */
  readonly headers?: DittoHeaders;
}
