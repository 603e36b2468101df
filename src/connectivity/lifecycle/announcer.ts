// Announcements of a connection itself: that it was opened, that it is about to be closed.

import type { Connection } from "../model.ts";
import type { ConnectionAnnouncement } from "../outbound/announcements.ts";
import { type DeliveryParts, deliver } from "../outbound/deliver.ts";
import { connectionOutgoing } from "../outbound/outgoing.ts";
import { type Exit, publishBy } from "../outbound/outlet.ts";
import type { UsedTarget } from "../outbound/target.ts";

export interface AnnouncerParts {
  readonly connection: Connection;
  readonly targets: readonly UsedTarget[];
  readonly delivery: DeliveryParts;
  /** How long the last announcement has to get out, in milliseconds. */
  readonly goodbyeMs: number;
}

export class Announcer {
  readonly #parts: AnnouncerParts;
  /** The targets that want to know. */
  readonly #targets: readonly UsedTarget[];

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#targets = parts.targets.filter(({ target }) =>
      target.topics.some(({ topic }) => topic === "_/_/connections/announcements"),
    );
  }

  /** Tells, by a client that is open now, that it is. */
  opened(exit: Exit): void {
    this.#announce("opened", exit);
  }

  /** Tells, by all clients that are open, that the connection is about to be closed; resolves when it may be. */
  async sayGoodbye(exits: readonly Exit[]): Promise<void> {
    if (this.#targets.length === 0 || exits.length === 0) return;
    for (const exit of exits) this.#announce("closed", exit);
    await new Promise((resolve) => setTimeout(resolve, this.#parts.goodbyeMs));
  }

  #announce(name: ConnectionAnnouncement, exit: Exit): void {
    const outgoing = connectionOutgoing(this.#parts.connection.id, name, Date.now());
    const by = { ...this.#parts.delivery, publish: publishBy(() => [exit]) };
    for (const target of this.#targets) {
      target.steps.dispatched.success(outgoing.about);
      target.steps.filtered.success(outgoing.about);
      void deliver(target, outgoing, by);
    }
  }
}
