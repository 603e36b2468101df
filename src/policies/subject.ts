// A subject of a policy entry: its type, when it expires, and what is announced of that.

import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { announcementInvalid, expiryInThePast, expiryInvalid } from "./errors.ts";
import type { PolicyLimits } from "./limits.ts";
import { checkSubjectId } from "./names.ts";
import { isVersionKey } from "./version-key.ts";

export function checkSubjects(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("Subjects are a JSON object.");
  const subjects: { [id: string]: JsonValue } = {};
  for (const id of Object.keys(value)) {
    if (!isVersionKey(id)) putKey(subjects, checkSubjectId(id), checkSubject(value[id] as JsonValue, limits));
  }
  return subjects;
}

/** A subject in normal form, its expiry rounded up as the limits say. */
export function checkSubject(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("A subject is a JSON object.");
  const type = getKey(value, "type");
  if (type === undefined) throw missingJsonField("type");
  if (typeof type !== "string" || type === "") throw invalidJson("The type of a subject is a string.");
  const expiry = getKey(value, "expiry");
  const announcement = getKey(value, "announcement");
  return {
    type,
    ...(expiry !== undefined && { expiry: checkExpiry(expiry, limits) }),
    ...(announcement !== undefined && { announcement: checkAnnouncement(announcement, limits) }),
  };
}

const instantPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

function checkExpiry(value: JsonValue, limits: PolicyLimits): string {
  if (typeof value !== "string") throw invalidJson("The expiry of a subject is a string.");
  const [, seconds = "", fraction = "", zone = ""] = instantPattern.exec(value) ?? [];
  const whole = Date.parse(seconds + zone);
  // A day past the end of its month would be moved into the next one instead of being refused.
  if (Number.isNaN(whole) || !new Date(`${seconds}Z`).toISOString().startsWith(seconds))
    throw expiryInvalid(value);
  const expiry = roundUp(whole + millisOf(fraction), limits.expiryGranularity);
  if (expiry < limits.now) throw expiryInThePast(value);
  return new Date(expiry).toISOString().replace(".000Z", "Z");
}

/** The milliseconds of a decimal fraction of a second; what is finer counts as half of one, for rounding only. */
function millisOf(fraction: string): number {
  const isFiner = /[1-9]/.test(fraction.slice(3));
  return Number(fraction.slice(0, 3).padEnd(3, "0")) + (isFiner ? 0.5 : 0);
}

const units = [
  { unit: 86_400_000, parent: undefined },
  { unit: 3_600_000, parent: 86_400_000 },
  { unit: 60_000, parent: 3_600_000 },
  { unit: 1000, parent: 60_000 },
  { unit: 1, parent: 1000 },
];

/**
 * Rounds up to a multiple of the granularity, counted in its largest whole unit from the start of the next larger
 * unit (of the month for days), as Ditto does: 25 s are 0, 25 and 50 of each minute, then 15 of the next.
 */
function roundUp(time: number, granularity: number): number {
  const { unit, parent } = units.find((candidate) => granularity >= candidate.unit) ?? {
    unit: 1,
    parent: 1000,
  };
  const amount = Math.max(Math.floor(granularity / unit), 1);
  const truncated = Math.floor(time / unit) * unit;
  const start = parent === undefined ? startOfMonth(truncated) : Math.floor(truncated / parent) * parent;
  const over = ((truncated - start) / unit) % amount;
  return truncated === time && over === 0 ? time : truncated + (amount - over) * unit;
}

function startOfMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

const durationPattern = /^\+?(\d{1,15})(ms|s|m|h|d|w|mo|y)?$/;
const beforeExpiryUnits: Record<string, number> = { "": 1000, s: 1000, m: 60_000, h: 3_600_000 };

function checkAnnouncement(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("The announcement of a subject is a JSON object.");
  const beforeExpiry = getKey(value, "beforeExpiry");
  const randomization = getKey(value, "randomizationInterval");
  const acks = checkRequestedAcks(getKey(value, "requestedAcks"));
  const whenDeleted = getKey(value, "whenDeleted") ?? false;
  if (typeof whenDeleted !== "boolean") throw invalidJson("'whenDeleted' is a boolean.");
  return {
    ...(beforeExpiry !== undefined && { beforeExpiry: checkBeforeExpiry(beforeExpiry, limits) }),
    whenDeleted,
    ...(acks && { requestedAcks: acks }),
    ...(randomization !== undefined && { randomizationInterval: checkDuration(randomization).text }),
  };
}

function checkBeforeExpiry(value: JsonValue, limits: PolicyLimits): string {
  const { amount, suffix, text } = checkDuration(value);
  const unit = beforeExpiryUnits[suffix];
  if (unit === undefined) throw announcementInvalid(`'${text}' is not in seconds, minutes or hours.`);
  const granularity = Math.max(limits.announcementGranularity, 1);
  const rounded = Math.ceil(Math.max(amount * unit, granularity) / granularity) * granularity;
  return `${Math.max(Math.floor(rounded / unit), 1)}${suffix}`;
}

function checkDuration(value: JsonValue): { amount: number; suffix: string; text: string } {
  if (typeof value !== "string") throw invalidJson("A duration is a string.");
  const [, amount, suffix = ""] = durationPattern.exec(value) ?? [];
  if (amount === undefined) throw announcementInvalid(`'${value}' is not a duration such as '10m'.`);
  return { amount: Number(amount), suffix, text: Number(amount) + suffix };
}

const ackLabelPattern = /^[a-zA-Z0-9\-_:]{3,165}$/;

function checkRequestedAcks(value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw invalidJson("'requestedAcks' is a JSON object.");
  const labels = getKey(value, "labels") ?? [];
  const timeout = getKey(value, "timeout");
  if (!isArray(labels)) throw invalidJson("The labels of acknowledgements are an array.");
  for (const label of labels) {
    if (typeof label !== "string" || !ackLabelPattern.test(label))
      throw announcementInvalid(`'${JSON.stringify(label)}' is not a label of acknowledgements.`);
  }
  const acks = {
    ...(labels.length > 0 && { labels }),
    ...(timeout !== undefined && { timeout: checkDuration(timeout).text }),
  };
  return Object.keys(acks).length > 0 ? acks : undefined;
}
