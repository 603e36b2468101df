// What every kind of search works with.

import type { ReadThings } from "../search.ts";
import type { Ask } from "./ask.ts";
import type { SearchSettings } from "./parts.ts";
import type { Seal } from "./seal.ts";

export interface SearchTools {
  readonly ask: Ask;
  readonly read: ReadThings;
  /** Of the cursors of this index. */
  readonly seal: () => Promise<Seal>;
  readonly settings: SearchSettings;
}
