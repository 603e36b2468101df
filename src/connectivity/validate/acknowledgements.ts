// The acknowledgements that a connection declares and issues: their labels begin with its ID (basic-acknowledgements page).

import { acknowledgementLabelInvalid, acknowledgementLabelNotUnique } from "../errors.ts";
import type { Connection } from "../model.ts";
import { withConnectionId } from "../placeholders/texts.ts";

/** Whoever issues it answers for devices, and declares nothing. */
const LIVE_RESPONSE = "live-response";

/** Refuses labels that do not begin with the ID, and targets that issue the same acknowledgement. */
export function checkAcknowledgements({ id, sources, targets }: Connection): void {
  sources.forEach((source, i) => {
    source.declaredAcks.forEach((label, j) => {
      checkOwn(id, label, `/sources/${i}/declaredAcks/${j}`);
    });
  });
  const issued = new Set<string>();
  targets.forEach(({ issuedAcknowledgementLabel: label }, i) => {
    if (label === undefined) return;
    const field = `/targets/${i}/issuedAcknowledgementLabel`;
    const resolved = label === LIVE_RESPONSE ? label : checkOwn(id, label, field);
    if (issued.has(resolved)) throw acknowledgementLabelNotUnique(field, resolved);
    issued.add(resolved);
  });
}

function checkOwn(id: string, label: string, field: string): string {
  const resolved = withConnectionId(label, id);
  if (resolved?.startsWith(`${id}:`)) return resolved;
  throw acknowledgementLabelInvalid(
    field,
    label,
    `Labels of this connection begin with '{{connection:id}}:' or '${id}:'.`,
  );
}
