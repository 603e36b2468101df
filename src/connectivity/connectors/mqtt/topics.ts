// Names of topics and filters of topics (MQTT 5, section 4.7).

const MAX_BYTES = 65_535;
const SHARE = "$share/";

/** What is wrong with a topic to publish to; undefined where nothing is. */
export function problemOfTopic(topic: string): string | undefined {
  return problemOfText(topic) ?? (/[+#]/.test(topic) ? "It must not hold the wildcards + and #." : undefined);
}

/** What is wrong with a filter to subscribe to, shared or not; undefined where nothing is. */
export function problemOfFilter(filter: string): string | undefined {
  return problemOfText(filter) ?? problemOfShare(filter) ?? problemOfWildcards(filter);
}

function problemOfText(text: string): string | undefined {
  if (text === "") return "It must not be empty.";
  if (Buffer.byteLength(text) > MAX_BYTES) return `It must not be longer than ${MAX_BYTES} bytes.`;
  if (text.includes("\0") || !text.isWellFormed()) return "It holds a character that topics must not have.";
  return undefined;
}

function problemOfShare(filter: string): string | undefined {
  if (!filter.startsWith(SHARE)) return undefined;
  const [group = "", ...levels] = filter.slice(SHARE.length).split("/");
  if (group === "" || /[+#]/.test(group)) return "A shared subscription needs a group without wildcards.";
  return levels.join("/") === "" ? "A shared subscription needs a filter after its group." : undefined;
}

function problemOfWildcards(filter: string): string | undefined {
  const levels = filter.split("/");
  for (const [index, level] of levels.entries()) {
    if (level.length > 1 && /[+#]/.test(level)) return "A wildcard + or # must be a level of its own.";
    if (level === "#" && index < levels.length - 1) return "The wildcard # must be the last level.";
  }
  return undefined;
}

/** Tells whether a topic is one of those that a filter, shared or not, subscribes to. */
export function topicMatcher(filter: string): (topic: string) => boolean {
  const plain = filter.startsWith(SHARE) ? filter.slice(filter.indexOf("/", SHARE.length) + 1) : filter;
  if (!/[+#]/.test(plain)) return (topic) => topic === plain;
  const levels = plain.split("/");
  const isOpen = levels.at(-1) === "#";
  if (isOpen) levels.pop();
  const isWildFirst = plain.startsWith("+") || plain.startsWith("#");
  // Topics of the broker itself have to be asked for by name.
  return (topic) => !(isWildFirst && topic.startsWith("$")) && matches(levels, isOpen, topic);
}

function matches(levels: readonly string[], isOpen: boolean, topic: string): boolean {
  let start = 0;
  for (const level of levels) {
    if (start > topic.length) return false;
    const slash = topic.indexOf("/", start);
    const end = slash < 0 ? topic.length : slash;
    if (level !== "+" && !(level.length === end - start && topic.startsWith(level, start))) return false;
    start = end + 1;
  }
  return isOpen || start > topic.length;
}
