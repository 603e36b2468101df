// The past of a twin, as the journal tells it.

import type { TestServer } from "../../support/server.ts";

/** All values that the attribute `n` of a thing ever had, in order. */
export async function valuesOf(server: TestServer, thingId: string): Promise<readonly number[]> {
  const text = await pastOf(server, thingId);
  return [...text.matchAll(/^data:(.+)$/gm)].flatMap(([, data = ""]) => {
    const { attributes } = JSON.parse(data) as { attributes?: { n?: number } };
    return attributes?.n === undefined ? [] : [attributes.n];
  });
}

/** The states that a thing ever had, as server-sent events: the attribute `n`, the revision and when it was made. */
export async function pastOf(server: TestServer, thingId: string): Promise<string> {
  const path = `/api/2/things/${thingId}`;
  const found = await server.fetch(`${path}?fields=_revision`);
  const { _revision: last } = (await found.json()) as { _revision: number };
  const response = await server.fetch(
    `${path}?from-historical-revision=1&to-historical-revision=${last}&fields=attributes/n,_revision,_modified`,
    { headers: { accept: "text/event-stream" } },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`The past of ${thingId}: ${response.status} ${text}`);
  return text;
}
