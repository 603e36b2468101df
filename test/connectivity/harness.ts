// A connector at a real broker, with all that it tells.

import { vi } from "vitest";
import type {
  Connector,
  ConnectorParts,
  Publication,
  ReceivedMessage,
  Transport,
} from "../../src/connectivity/connectors/connector.ts";
import { textPayload } from "../../src/connectivity/external-message.ts";

export interface Bench extends AsyncDisposable {
  readonly connector: Connector;
  /** What was received, in its order, with the sources. */
  readonly received: (ReceivedMessage & { readonly source: number })[];
  readonly statuses: string[];
  readonly logs: string[];
  /** Addresses of which throttling was told. */
  readonly throttled: string[];
  /** Why it was lost; several would be one too many. */
  readonly lost: Error[];
  /** What becomes of messages as they come; without it they stay unsettled. */
  onReceived: ((message: ReceivedMessage) => boolean) | undefined;
  /** Waits until so many have been received. */
  until(count: number): Promise<void>;
  texts(): string[];
}

/** A connector that is not open yet. */
export function benchOf(transport: Transport, parts: Omit<ConnectorParts, "events">): Bench {
  const received: Bench["received"] = [];
  const [statuses, logs, throttled, lost]: [string[], string[], string[], Error[]] = [[], [], [], []];
  const connector = transport.connector({
    ...parts,
    events: {
      received: (source, message) => {
        received.push({ ...message, source });
        return made.onReceived?.(message) ?? true;
      },
      lost: (reason) => void lost.push(reason),
      addressStatus: (kind, address, status) => void statuses.push(`${kind} ${address}: ${status}`),
      throttled: (address) => void throttled.push(address),
      log: (_, text) => void logs.push(text),
    },
  });
  const made: Bench = {
    ...{ connector, received, statuses, logs, throttled, lost, onReceived: undefined },
    until: (count) =>
      eventually(() => {
        if (received.length < count)
          throw new Error(`${received.length} of ${count} messages were received.`);
      }),
    texts: () => received.map(({ payload }) => payload?.text() ?? ""),
    [Symbol.asyncDispose]: () => connector.close(),
  };
  return made;
}

export const accept = (message: ReceivedMessage): boolean => {
  message.settle("accept");
  return true;
};

/** A text on its way out. */
export const publication = (
  address: string,
  text: string,
  qos = 0,
  headers: Record<string, string> = {},
): Publication => ({ address, qos, message: { headers, payload: textPayload(text) } });

export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
