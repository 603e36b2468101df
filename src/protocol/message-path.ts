// The path of a message: whose box it is in, and its subject (protocol-specification-things-messages page).

import { headerInvalid } from "../base/header-invalid.ts";
import { printPath, unescapeKey } from "../base/json/pointer.ts";
import type { Direction, Message } from "../signals/live.ts";
import { invalidPath } from "./errors.ts";

export interface MessagePath {
  readonly direction: Direction;
  readonly featureId?: string;
}

const pathPattern = /^\/?(?:features\/([^/]+)\/)?(inbox|outbox)\/messages\/(.+)$/s;

/** Reads the path of a message; refuses one that is not of the subject with `protocoladapter:invalid.path`. */
export function messagePathOf(path: string, subject: string): MessagePath {
  const [, featureId, box, rest = ""] = pathPattern.exec(path) ?? [];
  if (rest !== subject && rest !== `${subject}/`) throw invalidPath(path);
  const direction = box === "inbox" ? "to" : "from";
  return featureId === undefined ? { direction } : { direction, featureId: unescapeKey(featureId) };
}

/** Prints the path of a message. */
export function printMessagePath({
  featureId,
  direction,
  subject,
}: Pick<Message, "featureId" | "direction" | "subject">): string {
  const feature = featureId === undefined ? "" : printPath(["features", featureId]);
  return `${feature}/${direction === "to" ? "inbox" : "outbox"}/messages/${subject}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what a subject may not hold.
const subjectPattern = /^[^\u0000-\u001f\u007f-\u00ff]+$/;

/** Refuses a subject with control characters with `header.invalid`, since it becomes the header `ditto-message-subject`. */
export function checkSubject(subject: string): void {
  if (subjectPattern.test(subject) && subject.isWellFormed()) return;
  throw headerInvalid("ditto-message-subject", {
    message: "The subject of the message is not valid.",
    description: "It holds no characters of U+0000–U+001F and U+007F–U+00FF.",
  });
}
