// Durable pull consumers: where in its stream a connection is, kept by JetStream.

import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { ConnectFailure } from "../connector.ts";
import type { ConsumerAddress, StreamAddress } from "./address.ts";
import type { NatsOptions } from "./options.ts";

export interface Durable {
  /** Where requests for messages go to. */
  readonly pullSubject: string;
  /** After what time without a sign of life a message is delivered again, in milliseconds. */
  readonly ackWait: number;
  /** How many messages were delivered and are not settled. */
  readonly unsettled: number;
  /** The place in the stream of the last message that was delivered. */
  readonly lastDelivered: number;
}

const DEFAULT_ACK_WAIT_NS = 30e9;
const deliverPolicies: Readonly<Record<NatsOptions["deliverPolicy"], DeliverPolicy>> = {
  all: DeliverPolicy.All,
  new: DeliverPolicy.New,
  last: DeliverPolicy.Last,
  last_per_subject: DeliverPolicy.LastPerSubject,
};

/** Finds the consumer of an address; one of a stream is made where it is missing, and follows the options. */
export async function openDurable(
  jsm: JetStreamManager,
  address: StreamAddress | ConsumerAddress,
  name: string,
  options: NatsOptions,
): Promise<Durable> {
  const info =
    address.kind === "consumer"
      ? await jsm.consumers.info(address.stream, address.consumer)
      : await ensure(jsm, address, name, options);
  checkUse(info);
  const { jetstreamDomain } = options;
  const prefix = jetstreamDomain === undefined ? "$JS.API" : `$JS.${jetstreamDomain}.API`;
  return {
    pullSubject: `${prefix}.CONSUMER.MSG.NEXT.${info.stream_name}.${info.name}`,
    ackWait: (info.config.ack_wait ?? DEFAULT_ACK_WAIT_NS) / 1e6,
    unsettled: info.num_ack_pending,
    lastDelivered: info.delivered.stream_seq,
  };
}

/** Looks without making anything. */
export async function lookAt(jsm: JetStreamManager, address: StreamAddress | ConsumerAddress): Promise<void> {
  if (address.kind === "stream") await jsm.streams.info(address.stream);
  else checkUse(await jsm.consumers.info(address.stream, address.consumer));
}

async function ensure(
  jsm: JetStreamManager,
  { stream, filter }: StreamAddress,
  name: string,
  options: NatsOptions,
): Promise<ConsumerInfo> {
  const changeable = {
    ack_wait: options.ackWait * 1e6,
    max_ack_pending: options.maxAckPending,
    max_deliver: options.maxDeliver ?? -1,
  };
  const known = await infoOf(jsm, stream, name);
  if (known) {
    checkFilter(known, filter);
    return isLike(known.config, changeable) ? known : await jsm.consumers.update(stream, name, changeable);
  }
  return await jsm.consumers.add(stream, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: deliverPolicies[options.deliverPolicy],
    ...(filter === undefined ? {} : { filter_subject: filter }),
    ...changeable,
  });
}

async function infoOf(
  jsm: JetStreamManager,
  stream: string,
  name: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(stream, name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)
      return undefined;
    throw error;
  }
}

const isLike = (config: ConsumerConfig, wanted: Partial<ConsumerConfig>): boolean =>
  Object.entries(wanted).every(([key, value]) => config[key as keyof ConsumerConfig] === value);

/** With another filter it would begin anew, and give everything once more: that is for its operator to want. */
function checkFilter({ name, config }: ConsumerInfo, filter: string | undefined): void {
  if ((config.filter_subject ?? ">") === (filter ?? ">")) return;
  throw new ConnectFailure(
    `The consumer '${name}' is there already, for the subjects '${config.filter_subject ?? ">"}': ` +
      "delete it, or name another by specificConfig.durable.",
    true,
  );
}

function checkUse({ name, config }: ConsumerInfo): void {
  if (config.deliver_subject !== undefined && config.deliver_subject !== "")
    throw new ConnectFailure(`The consumer '${name}' is push based; it must be pulled.`, true);
  if (config.ack_policy !== AckPolicy.Explicit)
    throw new ConnectFailure(`The consumer '${name}' must have the ack policy 'explicit'.`, true);
}
