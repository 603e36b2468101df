// What was found out about clusters, as data that a model is made from.

/** Of one command; CPU in microseconds. */
export interface CommandCost {
  /** Answers a second, with all on one machine. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly membersUs: number;
  readonly natsUs: number;
  readonly postgresUs: number;
  readonly natsMessages: number;
  readonly natsBytes: number;
  readonly walBytes: number;
  /** By which the journal grows on disk, with its indexes. */
  readonly journalBytes: number;
}

/** Of all members together, in a second in which nobody asks for anything; CPU as a share of a core. */
export interface IdleCost {
  readonly members: number;
  readonly nats: number;
  readonly postgres: number;
  readonly natsMessages: number;
}

export interface Costs {
  /** A member on its own, with NATS. */
  readonly one: {
    readonly get: CommandCost;
    readonly put: CommandCost;
    readonly putHeard: CommandCost;
    readonly idle: IdleCost;
  };
  /** Three members; `Local`: each command is sent to the owner, `Any`: to any member in turn. */
  readonly three: {
    readonly getLocal: CommandCost;
    readonly getAny: CommandCost;
    readonly putLocal: CommandCost;
    readonly putAny: CommandCost;
    readonly putHeard: CommandCost;
    readonly idle: IdleCost;
  };
  /** Sessions that each hear of all changes in the cases `putHeard`, spread over the members. */
  readonly listeners: number;
  readonly things: number;
  /** Bytes of a thing of 1 KB. */
  readonly thing: {
    /** Of a member that has it in memory. */
    readonly memory: number;
    readonly journal: number;
    readonly snapshots: number;
    readonly index: number;
  };
  /** Of a member without things: bytes of memory, connections to PostgreSQL. */
  readonly member: { readonly memory: number; readonly connections: number };
}
