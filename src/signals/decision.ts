import type { JsonValue } from "../base/json/json.ts";
import type { Change } from "./signal.ts";

/** The verdict on a writing command: the change to record and the answer once it is committed. */
export interface Decision {
  readonly change: Change;
  /** Set where the state says already what the change would: there is nothing to record. */
  readonly isSettled?: true;
  /** 201 when something was created, else 204. */
  readonly status: 201 | 204;
  /** The body of a 201. */
  readonly value?: JsonValue;
}
