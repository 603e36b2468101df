// What was delivered before we came and is not settled: gathered, and handed on in the order of the stream.
//
// It comes before all that is new, but in no order to rely on: that in which waits for a settlement were over, which signs of life
// defer for some, and first of all what the server could not get rid of when the client before us was lost.

import type { ReceivedMessage } from "../connector.ts";
import type { Delivery } from "./delivery.ts";
import type { Durable } from "./durable.ts";

/** Beyond, what there is is handed on as it is. */
const MOST_BYTES = 64 * 1024 ** 2;
/** What a message takes beside its payload. */
const BYTES_BESIDE = 1_024;

interface Gathered {
  readonly sequence: number;
  readonly message: ReceivedMessage;
}

export class Gathering {
  readonly #awaited: Pick<Durable, "unsettled" | "lastDelivered">;
  readonly #handOn: (message: ReceivedMessage) => void;
  readonly #unsettled = new Set<number>();
  #gathered: Gathered[] = [];
  #bytes = 0;
  #isOver = false;

  /** `handOn` is called for all that was gathered, in its order, once it is complete. */
  constructor(
    awaited: Pick<Durable, "unsettled" | "lastDelivered">,
    handOn: (message: ReceivedMessage) => void,
  ) {
    this.#awaited = awaited;
    this.#handOn = handOn;
  }

  /** Takes a message, and says so; those that come afterwards are not its business. */
  take({ sequence, count }: Delivery, message: ReceivedMessage): boolean {
    if (this.#isOver) return false;
    const place = Number(sequence);
    this.#gathered.push({ sequence: place, message });
    this.#bytes += (message.payload?.length ?? 0) + BYTES_BESIDE;
    const isOld = place <= this.#awaited.lastDelivered;
    if (isOld) this.#unsettled.add(place);
    const isNew = !isOld && count === 1;
    if (isNew || this.#unsettled.size >= this.#awaited.unsettled || this.#bytes >= MOST_BYTES) this.end();
    return true;
  }

  /** Nothing more of it comes: what the server no longer has does not come again. */
  end(): void {
    for (const message of this.clear()) this.#handOn(message);
  }

  /** Ends it; gives what is not handed on. */
  clear(): readonly ReceivedMessage[] {
    this.#isOver = true;
    const gathered = this.#gathered.sort((a, b) => a.sequence - b.sequence);
    this.#gathered = [];
    return gathered.map(({ message }) => message);
  }
}
