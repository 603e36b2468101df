// The subjects of a policy that expire or whose end is announced (basic-policy page).

import { parseDuration } from "../base/duration.ts";
import { isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { expiryOf } from "./expiry.ts";
import { entriesOf, type PolicyEntry } from "./model.ts";

/** What is to be announced of the end of a subject; times in milliseconds. */
export interface SubjectAnnouncement {
  readonly beforeExpiry: number | undefined;
  readonly whenDeleted: boolean;
  /** Up to so much earlier than `beforeExpiry` says; `undefined` where the operator decides. */
  readonly randomization: number | undefined;
  /** Labels of the acknowledgements that are requested. */
  readonly labels: readonly string[];
  /** How long they are awaited, and the same as it was written. */
  readonly timeout: number | undefined;
  readonly timeoutText: string | undefined;
}

/** A subject that expires, or whose end is to be announced. Those that are equal in several entries are one. */
export interface WatchedSubject {
  /** Text that only equal subjects share: equal id, type, expiry and announcement. */
  readonly key: string;
  readonly id: string;
  /** As of {@link expiryOf}. */
  readonly expiry: number;
  /** The same as it is written in the policy. */
  readonly expiryText: string | undefined;
  readonly announcement: SubjectAnnouncement | undefined;
}

/** The subjects of a policy's own entries that expire or are announced, by key. */
export function watchedSubjects(policy: JsonObject | undefined): ReadonlyMap<string, WatchedSubject> {
  const watched = new Map<string, WatchedSubject>();
  for (const [, id, subject] of subjectsOf(policy)) {
    const one = watchedSubject(id, subject);
    if (one) watched.set(one.key, one);
  }
  return watched;
}

/** The labels of the entries that hold a watched subject as it is, with nothing changed. */
export function entriesWith(policy: JsonObject, { id, key }: WatchedSubject): readonly string[] {
  return [...subjectsOf(policy)]
    .filter(([, named, subject]) => named === id && keyOf(id, subject) === key)
    .map(([label]) => label);
}

function* subjectsOf(policy: JsonObject | undefined): Generator<readonly [string, string, JsonValue]> {
  const entries = policy ? entriesOf(policy) : {};
  for (const label of Object.keys(entries)) {
    const { subjects = {} } = entries[label] as PolicyEntry;
    for (const id of Object.keys(subjects)) yield [label, id, subjects[id] as JsonValue];
  }
}

const keyOf = (id: string, subject: JsonValue): string => `${id} ${JSON.stringify(subject)}`;

function watchedSubject(id: string, subject: JsonValue): WatchedSubject | undefined {
  if (!isObject(subject)) return undefined;
  const { expiry, announcement } = subject;
  if (expiry === undefined && announcement === undefined) return undefined;
  return {
    key: keyOf(id, subject),
    id,
    expiry: expiryOf(subject),
    expiryText: typeof expiry === "string" ? expiry : undefined,
    announcement: isObject(announcement) ? announcementOf(announcement) : undefined,
  };
}

function announcementOf(announcement: JsonObject): SubjectAnnouncement {
  const acks = isObject(announcement.requestedAcks) ? announcement.requestedAcks : {};
  const labels = isArray(acks.labels) ? acks.labels.filter((label) => typeof label === "string") : [];
  return {
    beforeExpiry: durationOf(announcement.beforeExpiry),
    whenDeleted: announcement.whenDeleted === true,
    randomization: durationOf(announcement.randomizationInterval),
    labels,
    timeout: durationOf(acks.timeout),
    timeoutText: typeof acks.timeout === "string" ? acks.timeout : undefined,
  };
}

const durationOf = (value: JsonValue | undefined): number | undefined =>
  typeof value === "string" ? parseDuration(value) : undefined;
