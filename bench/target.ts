// What the load is put on: a server that speaks Ditto's API, filled with the things of the bench.

/** Where a server is and how to speak to it. */
export interface Target {
  /** `http://host:port` */
  readonly url: string;
  /** Of the user who owns the things of the bench. */
  readonly owner: Readonly<Record<string, string>>;
  /** Of a user who may read none of them; absent where there is no such user. */
  readonly stranger: Readonly<Record<string, string>> | undefined;
}

export const namespace = "org.pollux.bench";
export const policyId = `${namespace}:policy`;
export const thingCount = 64;
export const thingId = (i: number): string => `${namespace}:thing-${i}`;
export const propertyPath = "features/temperature/properties/value";

const everything = { grant: ["READ", "WRITE"], revoke: [] };

/** A policy that gives the subject everything, and nobody else anything. */
export const policyFor = (subject: string): string =>
  JSON.stringify({
    entries: {
      owner: {
        subjects: { [subject]: { type: "bench" } },
        resources: { "thing:/": everything, "policy:/": everything, "message:/": everything },
      },
    },
  });

/** A thing of about 1 KB as JSON, as a machine would have. */
export function thingOf(policy: string, i: number): string {
  const reading = (unit: string, value: number) => ({
    properties: { value, unit, updated: "2026-01-01T00:00:00.000Z", quality: "good", samples: 1_000 + i },
  });
  return JSON.stringify({
    policyId: policy,
    definition: "org.pollux:machine:1.0.0",
    attributes: {
      manufacturer: "Bench & Sons",
      model: "M-1000",
      serial: `serial-number-${String(i).padStart(12, "0")}`,
      location: { hall: i % 10, line: i % 100, position: { x: 12.5, y: 48.25, z: 3 } },
      note: "A machine that was made up to weigh about one kilobyte. ".repeat(6),
    },
    features: {
      temperature: reading("°C", 20.5),
      vibration: reading("mm/s", 1.25),
      power: reading("kW", 3.75),
    },
  });
}

/** Creates the policy and the things the workloads use. */
export async function fill(target: Target): Promise<void> {
  await put(target, `/api/2/policies/${policyId}`, policyFor(await subjectOf(target)));
  for (let i = 0; i < thingCount; i++) {
    await put(target, `/api/2/things/${thingId(i)}`, thingOf(policyId, i));
  }
}

/** Removes what {@link fill} created. */
export async function clear(target: Target): Promise<void> {
  for (let i = 0; i < thingCount; i++) await ask(target, "DELETE", `/api/2/things/${thingId(i)}`);
  await ask(target, "DELETE", `/api/2/policies/${policyId}`);
}

/** The authorization subject of the owner. */
export async function subjectOf(target: Target): Promise<string> {
  const { defaultSubject } = JSON.parse(await ask(target, "GET", "/api/2/whoami")) as {
    defaultSubject: string;
  };
  return defaultSubject;
}

export const put = (target: Target, path: string, body: string): Promise<string> =>
  ask(target, "PUT", path, body);

/** Asks as the owner; an answer that is no success is an error. */
export async function ask(target: Target, method: string, path: string, body?: string): Promise<string> {
  const response = await fetch(new URL(path, target.url), {
    method,
    headers: { ...target.owner, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}

/** A request as the bytes to send, for the load generator. A body without a content type of its own is JSON. */
export function requestText(
  target: Target,
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const entity = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const lines = Object.entries({ ...target.owner, ...type, ...entity, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const host = `host: ${new URL(target.url).host}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${host}${lines.join("")}\r\n${body ?? ""}`;
}
