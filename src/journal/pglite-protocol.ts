// The little that must be known of PostgreSQL's wire protocol to serve it from a thread.

const SYNC = 0x53; // S
const QUERY = 0x51; // Q

/** Whether the last message of a request ends a round: between rounds the session has no statement half said. */
export function endsInSync(request: Uint8Array): boolean {
  // The start-up message alone has no type byte; it begins with its length, whose first byte is 0.
  if (request[0] === 0) return false;
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  let last = 0;
  for (let at = 0; at + 5 <= request.byteLength; at += 1 + view.getUint32(at + 1)) last = request[at]!;
  return last === SYNC || last === QUERY;
}
