// What it takes to judge a connection.

import type { Transport } from "../connectors/connector.ts";
import type { MappingEngine, MappingLimits } from "../mapping/mapper.ts";

export interface ConnectionLimits {
  readonly sources: number;
  readonly targets: number;
  /** Clients of one connection, and consumers of one source. */
  readonly clients: number;
  readonly consumers: number;
}

export interface ValidationParts {
  readonly transports: readonly Transport[];
  readonly engines: readonly MappingEngine[];
  readonly limits: ConnectionLimits;
  readonly mappingLimits: MappingLimits;
  /** Why connections to a host (a name or an address) are not allowed; `undefined` where they are. */
  refusalOfHost(host: string): Promise<string | undefined>;
}
