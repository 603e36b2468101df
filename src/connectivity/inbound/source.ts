// A source as it is used: what its configuration says, compiled when the connection is opened.

import type { AuthContext } from "../../signals/signal.ts";
import type { ExternalHeaders } from "../external-message.ts";
import type { Connection, Source } from "../model.ts";
import { type HeaderTexts, headerTextsOf, withConnectionId } from "../placeholders/texts.ts";
import { ackRequestsOf, type RequestAcks } from "./ack-requests.ts";
import { authorizationOf } from "./authorization.ts";
import { type Enforce, enforcementOf } from "./enforcement.ts";

export interface UsedSource {
  readonly index: number;
  readonly source: Source;
  readonly headerMapping: HeaderTexts;
  readonly requestAcks: RequestAcks | undefined;
  /** Labels that may come by it, with the ID of the connection. */
  readonly declaredAcks: ReadonlySet<string>;
  authorize(headers: ExternalHeaders): AuthContext;
  enforcementFor(address: string, headers: ExternalHeaders): Enforce;
}

/** Compiles the sources of a connection. Throws a plain error on what cannot be read. */
export const usedSources = (connection: Connection): readonly UsedSource[] =>
  connection.sources.map((source, index) => ({
    index,
    source,
    headerMapping: headerTextsOf(source.headerMapping),
    requestAcks: ackRequestsOf(source.acknowledgementRequests, connection.id),
    declaredAcks: new Set(
      source.declaredAcks.flatMap((label) => withConnectionId(label, connection.id) ?? []),
    ),
    authorize: authorizationOf(source.authorizationContext),
    enforcementFor: enforcementOf(source.enforcement),
  }));
