// Addresses of targets: `topic`, `topic/key` or `topic#partition` (connectivity-protocol-bindings-kafka2 page).

export interface PublishAddress {
  readonly topic: string;
  readonly key: string | undefined;
  readonly partition: number | undefined;
}

const MAX_TOPIC_LENGTH = 249;

/** What is wrong with the name of a topic; undefined where it is one that Kafka takes. */
export function topicProblem(topic: string): string | undefined {
  if (topic === "") return "The topic is empty.";
  if (topic === "." || topic === "..") return "A topic can be neither '.' nor '..'.";
  if (topic.length > MAX_TOPIC_LENGTH) return `The topic has over ${MAX_TOPIC_LENGTH} characters.`;
  if (!/^[\w.-]+$/.test(topic)) return "A topic is made of letters of ASCII, digits, '.', '_' and '-'.";
  return undefined;
}

/** The parts of an address as they stand; a partition that is no number is NaN. The key wins over the partition. */
export function partsOfAddress(address: string): PublishAddress {
  const slash = address.indexOf("/");
  if (slash > 0)
    return { topic: address.slice(0, slash), key: address.slice(slash + 1), partition: undefined };
  const hash = address.indexOf("#");
  if (hash > 0)
    return { topic: address.slice(0, hash), key: undefined, partition: partition(address.slice(hash + 1)) };
  return { topic: address, key: undefined, partition: undefined };
}

/** Where a message goes; an empty key or partition counts as none. Throws an Error with the reason where it is no address. */
export function publishAddress(address: string): PublishAddress {
  const { topic, key, partition } = partsOfAddress(address.endsWith("#") ? address.slice(0, -1) : address);
  const problem = topicProblem(topic);
  if (problem !== undefined) throw new Error(problem);
  if (Number.isNaN(partition)) throw new Error("The partition of the address is no number.");
  return { topic, key: key === "" ? undefined : key, partition };
}

const partition = (text: string): number => (/^\+?\d{1,9}$/.test(text) ? Number(text) : Number.NaN);
