// The cluster of a server without NATS: one member that owns everything.

import type { Cluster, Member } from "./cluster.ts";
import { Unreachable, type Wire } from "./wire.ts";

/** Nobody is there to be talked to. */
const silence: Wire = {
  request: () => Promise.reject(new Unreachable("There is no other member.", true)),
  tell: () => undefined,
  tellAll: () => undefined,
  requestAll: () => Promise.resolve(),
  onRequest: () => undefined,
  onTold: () => undefined,
  onLoss: () => undefined,
};

/** Makes it; it never changes. */
export function alone(name: string): Cluster {
  const self: Member = { id: "alone", name };
  return {
    isAlone: true,
    self,
    members: [self],
    epoch: 1,
    ownerOf: () => self.id,
    owns: () => true,
    mayServe: () => true,
    leaseHolds: () => true,
    leaseMs: 0,
    isLeader: () => true,
    inChargeOf: () => self.id,
    nextChange: () => new Promise(() => undefined),
    watch: () => () => undefined,
    wire: silence,
    enter: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  };
}
