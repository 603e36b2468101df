import { invalidJson } from "../base/json/errors.ts";
import { messageTooLarge } from "../dispatch/live/errors.ts";
import type { CommandTopic, LiveTopic, Topic } from "../protocol/topic.ts";
import type { Handling } from "./handling.ts";

/** Refuses a message whose value has so many characters that it was not read, as what it is about would be refused. */
export function refuseExcess(size: number, topic: Topic, handling: Handling): never {
  if (isOfEntity(topic)) refuseAbout(size, topic, handling);
  throw invalidJson(`Its value has ${size} characters, more than a message of this kind may have.`);
}

type OfEntity = (CommandTopic & { readonly id: string }) | LiveTopic;

const isOfEntity = (topic: Topic): topic is OfEntity =>
  topic.says === "live" || (topic.says === "command" && topic.id !== undefined);

function refuseAbout(size: number, topic: OfEntity, handling: Handling): never {
  const { parts, sender, headers } = handling;
  const { id } = topic;
  const kind = topic.says === "command" ? topic.kind : "thing";
  const isLive = topic.says === "live" || (kind === "thing" && headers.channel === "live");
  handling.about = { kind, id, auth: sender.auth, ...(isLive && { channel: "live" }) };
  if (topic.says === "live" && topic.criterion === "messages")
    throw messageTooLarge(size, parts.maxMessageBytes);
  throw parts.rules[kind].tooLarge(id, size, parts.rules[kind].maxSize);
}
