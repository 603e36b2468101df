import type { SourceJson } from "./inbound.ts";
import type { ConnectionJson } from "./site.ts";

/** A connection that reads a topic from its beginning, at least once. */
export const kafkaSource = (port: number, topic: string, source: SourceJson): ConnectionJson => ({
  connectionType: "kafka",
  uri: `tcp://127.0.0.1:${port}`,
  sources: [{ addresses: [topic], qos: 1, ...source }],
  specificConfig: {
    bootstrapServers: `127.0.0.1:${port}`,
    groupId: `ours-${topic}`,
    consumerOffsetReset: "earliest",
  },
});
