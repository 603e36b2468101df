// A store of connections, with what it tells.

import { TwinError } from "../../../src/base/errors.ts";
import type { ConnectionStore } from "../../../src/connectivity/connection-store.ts";
import { openVault, type Vault } from "../../../src/connectivity/secrets/vault.ts";
import { openConnectionStore, type StoreParts } from "../../../src/connectivity/store.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";

const clear: Vault = openVault({
  enabled: false,
  key: undefined,
  oldKey: undefined,
  pointers: SECRET_POINTERS,
});
const key = Buffer.alloc(32, 7);
/** Seals what is secret. */
export const sealing = openVault({ enabled: true, key, oldKey: undefined, pointers: SECRET_POINTERS });

export interface World {
  readonly store: ConnectionStore;
  /** What the listener was told. */
  readonly told: string[];
  readonly warnings: string[];
}

/** Opens a store whose listener, and whose log, are noted. */
export async function open(journal: Journal, parts: Partial<StoreParts> = {}): Promise<World> {
  const told: string[] = [];
  const warnings: string[] = [];
  const store = await openConnectionStore({
    journal,
    vault: clear,
    historicalHeaders: ["ditto-originator"],
    validate: () => undefined,
    onChange: (connection, id, what) => {
      told.push(`${id} ${what} ${connection?.connectionStatus ?? "gone"}`);
    },
    log: { warn: (_fact, message) => warnings.push(message) },
    ...parts,
  });
  return { store, told, warnings };
}

/** Reads a connection as an operator. */
export const read = (store: ConnectionStore, headers: DittoHeaders = {}, id = "bridge") =>
  store.retrieve({ id, headers, auth: { subjects: ["nginx:devops"] } });

/** The status and code of a refusal. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TwinError) return `${error.status} ${error.code}`;
  throw error ?? new Error("it was accepted");
};
