// Which messages of QoS 1 and 2 are acknowledged to the broker, and when (MQTT 5, sections 4.3 and 4.6).
//
// Messages are settled in any order, but acknowledged in that of their receipt. One that is to come again is passed over: the
// broker sends it again to the next connection of the client.
//
// With QoS 2 the message is taken over by PUBREC, sent when it is settled; from then until PUBREL the same identifier stands for
// the same message.

import type { Settlement } from "../connector.ts";

export interface Receipt {
  readonly id: number;
  readonly qos: 1 | 2;
  /** How many have yet to settle it. */
  unsettled: number;
  isWithheld: boolean;
  next: Receipt | undefined;
}

export interface ReceiptsParts {
  write(bytes: Buffer): void;
  /** Asks to connect anew after a while; absent where messages that failed are acknowledged like others. */
  readonly reconnect: (() => void) | undefined;
  /** Identifiers of QoS 2 between PUBREC and PUBREL; they belong to the session. */
  readonly unreleased: Set<number>;
}

export class Receipts {
  readonly #parts: ReceiptsParts;
  #first: Receipt | undefined;
  #last: Receipt | undefined;
  #isFlushing = false;
  #isClosed = false;

  constructor(parts: ReceiptsParts) {
    this.#parts = parts;
  }

  /** Opens the receipt of a message that so many settle; undefined for one that was settled before. */
  begin(id: number, qos: 1 | 2, settlers: number): Receipt | undefined {
    if (qos === 2 && this.#parts.unreleased.has(id)) {
      this.#parts.write(acknowledgement(PUBREC, id));
      return undefined;
    }
    const receipt: Receipt = { id, qos, unsettled: settlers, isWithheld: false, next: undefined };
    if (this.#last) this.#last.next = receipt;
    else this.#first = receipt;
    this.#last = receipt;
    if (settlers === 0) this.#flushSoon();
    return receipt;
  }

  settle(receipt: Receipt, settlement: Settlement): void {
    if (this.#isClosed) return;
    receipt.unsettled--;
    if (settlement === "redeliver" && this.#parts.reconnect) {
      receipt.isWithheld = true;
      this.#parts.reconnect();
    }
    if (this.#first?.unsettled === 0) this.#flushSoon();
  }

  /** The broker gives an identifier of QoS 2 free. */
  released(id: number): void {
    this.#parts.unreleased.delete(id);
    this.#parts.write(acknowledgement(PUBCOMP, id));
  }

  /** Sends the acknowledgements that are due. */
  flush(): void {
    const due: Buffer[] = [];
    for (; this.#first?.unsettled === 0; this.#first = this.#first.next) {
      const { id, qos, isWithheld } = this.#first;
      if (isWithheld) continue;
      if (qos === 2) this.#parts.unreleased.add(id);
      due.push(acknowledgement(qos === 2 ? PUBREC : PUBACK, id));
    }
    if (!this.#first) this.#last = undefined;
    if (due.length > 0) this.#parts.write(Buffer.concat(due));
  }

  /** Acknowledges what is due; what is settled later comes again. */
  close(): void {
    this.flush();
    this.#isClosed = true;
    this.#first = undefined;
    this.#last = undefined;
  }

  /** Many are settled in one turn of the event loop: their acknowledgements go out together. */
  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.flush();
    });
  }
}

const PUBACK = 0x40;
const PUBREC = 0x50;
const PUBCOMP = 0x70;

const acknowledgement = (kind: number, id: number): Buffer => Buffer.of(kind, 2, id >> 8, id & 0xff);
