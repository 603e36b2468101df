// The texts of a connection with placeholders: whether each can be read, and holds only those that there are where it stands.

import { extraFieldsOf } from "../../pubsub/extra-fields.ts";
import { signalFilter } from "../../pubsub/filter.ts";
import { below } from "../fields.ts";
import { ackRequestsOf } from "../inbound/ack-requests.ts";
import type { Connection, HeaderMapping, Source, Target } from "../model.ts";
import {
  inConnections,
  inEnforcementFilters,
  inEnforcementInput,
  inSubjects,
  isConnectionPlaceholder,
  isEnforcementFilter,
  isEnforcementInput,
  isSubjectPlaceholder,
} from "../placeholders/scope.ts";
import { textOf } from "../placeholders/texts.ts";
import { configuring, naming } from "./named.ts";

/** Refuses the first text that cannot be read. */
export function checkTemplates({ id, sources, targets }: Connection): void {
  sources.forEach((source, i) => {
    checkSource(source, id, `/sources/${i}`);
  });
  targets.forEach((target, i) => {
    checkTarget(target, `/targets/${i}`);
  });
}

const check = (
  field: string,
  text: string,
  supported = isConnectionPlaceholder,
  placeholders = inConnections,
): unknown => configuring(field, () => textOf(text, supported), placeholders);

function checkSource(source: Source, connectionId: string, field: string): void {
  source.authorizationContext.forEach((subject, i) => {
    check(`${field}/authorizationContext/${i}`, subject, isSubjectPlaceholder, inSubjects);
  });
  checkHeaders(source.headerMapping, `${field}/headerMapping`);
  const { enforcement, acknowledgementRequests, replyTarget } = source;
  if (enforcement) {
    check(`${field}/enforcement/input`, enforcement.input, isEnforcementInput, inEnforcementInput);
    enforcement.filters.forEach((filter, i) => {
      check(`${field}/enforcement/filters/${i}`, filter, isEnforcementFilter, inEnforcementFilters);
    });
  }
  configuring(
    `${field}/acknowledgementRequests/filter`,
    () => ackRequestsOf(acknowledgementRequests, connectionId),
    inConnections,
  );
  if (replyTarget) {
    check(`${field}/replyTarget/address`, replyTarget.address);
    checkHeaders(replyTarget.headerMapping, `${field}/replyTarget/headerMapping`);
  }
}

function checkTarget(target: Target, field: string): void {
  check(`${field}/address`, target.address);
  checkHeaders(target.headerMapping, `${field}/headerMapping`);
  target.topics.forEach(({ filter, extraFields }, i) => {
    const topic = `${field}/topics/${i}`;
    if (filter !== undefined) naming(topic, () => signalFilter(filter));
    if (extraFields !== undefined) naming(topic, () => extraFieldsOf(extraFields));
  });
}

const checkHeaders = (mapping: HeaderMapping, field: string): void =>
  Object.entries(mapping).forEach(([name, text]) => {
    check(below(field, name), text);
  });
