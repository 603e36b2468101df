// A row of docs/compatibility.md: what there is in Ditto, what it does in a few words, and the check of it.

/** `{thing}`, `{id}`, `{name}` stand for the row's own thing, `{etag}` for the last entity tag, `{now}` for the time. */
export interface Row {
  /** The endpoint, header, parameter or command, as named in {@link import("./inventory.ts")}. */
  readonly what: string;
  readonly says: string;
  readonly steps: readonly Step[];
  /** Why the answer is not Ditto's, where it is not; the steps then check ours. */
  readonly differs?: string;
}

/** Rows that one server answers, started with these settings. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly env?: Readonly<Record<string, string>>;
}

export type Step =
  | HttpStep
  | CommandStep
  | EventStep
  | DeviceStep
  | ListenerStep
  | MeanwhileStep
  | AnsweredStep;

export interface HttpStep {
  readonly kind: "http";
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly gives: HttpAnswer;
}

export interface HttpAnswer {
  readonly status: number;
  /** The code of the error. */
  readonly error?: string;
  /** `null` where the header must be absent. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  /** The whole body, as JSON. */
  readonly body?: unknown;
  /** Members that the JSON body has among others. */
  readonly has?: object;
  /** What the text of the body is like. */
  readonly text?: RegExp;
}

export interface CommandStep {
  readonly kind: "command";
  /** A message, or a line of text. */
  readonly message: object | string;
  /** Members of the answer; a text where a line is answered; `undefined` where nothing is. */
  readonly gives: object | string | undefined;
  /** The subject that sends it. */
  readonly as?: string;
}

/** The next event that another session is sent of the row's thing. */
export interface EventStep {
  readonly kind: "event";
  readonly gives: object;
}

/** What the session of a device does beside that of the row: it opens with lines, is sent something, or says something. */
export interface DeviceStep {
  readonly kind: "device";
  readonly does:
    | { readonly opens: readonly string[]; readonly query: string; readonly subject: string }
    | { readonly hears: object | undefined }
    | { readonly query: string; readonly isTold: object }
    | { readonly says: object | string };
}

/** A stream of server-sent events: it opens, or brings the next event that is no heartbeat. */
export interface ListenerStep {
  readonly kind: "listener";
  readonly does: { readonly opens: string } | { readonly hears: string | RegExp };
}

/** A request or command whose answer is waited for by the next {@link AnsweredStep}. */
export interface MeanwhileStep {
  readonly kind: "meanwhile";
  readonly step: HttpStep | CommandStep;
}
export interface AnsweredStep {
  readonly kind: "answered";
}

export const row = (what: string, says: string, ...steps: readonly Step[]): Row => ({ what, says, steps });

/** A row that checks our own behaviour, and says why it is not Ditto's. */
export const differs = (row: Row, reason: string): Row => ({ ...row, differs: reason });

/** A row of what is not built yet: it checks what is answered until then. */
export const later = (issue: string, row: Row): Row => differs(row, `comes with ${issue}`);

/** A body that is sent as it is. */
export const raw = (text: string) => ({ raw: text });

const isRaw = (body: unknown): body is { raw: string } =>
  typeof body === "object" && body !== null && "raw" in body;

type Headers = Readonly<Record<string, string>>;

export function request(method: string, path: string, body: unknown, headers: Headers = {}) {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const ask = {
    kind: "http" as const,
    method,
    path,
    headers: body === undefined ? headers : { "content-type": type, ...headers },
    ...(body !== undefined && { body: isRaw(body) ? body.raw : JSON.stringify(body) }),
  };
  return {
    gives: (status: number, more: Omit<HttpAnswer, "status"> = {}): HttpStep => ({
      ...ask,
      gives: { status, ...more },
    }),
    /** Expects Ditto's error JSON with this code. */
    fails: (status: number, error: string, more: Omit<HttpAnswer, "status" | "error"> = {}): HttpStep => ({
      ...ask,
      gives: { status, error, ...more },
    }),
  };
}

export const get = (path: string, headers?: Headers) => request("GET", path, undefined, headers);
export const del = (path: string, headers?: Headers) => request("DELETE", path, undefined, headers);
export const put = (path: string, body: unknown, headers?: Headers) => request("PUT", path, body, headers);
export const post = (path: string, body: unknown, headers?: Headers) => request("POST", path, body, headers);
export const patch = (path: string, body: unknown, headers?: Headers) =>
  request("PATCH", path, body, headers);

/** The header by which a request speaks for another subject than `nginx:ditto`. */
export const as = (subject: string): Headers => ({ "x-ditto-pre-authenticated": subject });

interface CommandParts {
  readonly value?: unknown;
  readonly fields?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly topic?: string;
}

/** A twin command on the row's thing. */
export function command(action: string, path: string, parts: CommandParts = {}) {
  const topic = parts.topic ?? `org.acme/{name}/things/twin/commands/${action}`;
  const { value, fields } = parts;
  return say({
    topic,
    headers: { "correlation-id": "c", ...parts.headers },
    path,
    ...(value !== undefined && { value }),
    ...(fields !== undefined && { fields }),
  });
}

/** Any message, or line of text, sent over a WebSocket. */
export function say(message: object | string) {
  const step = { kind: "command" as const, message };
  return {
    answers: (gives: object | string): CommandStep => ({ ...step, gives }),
    fails: (status: number, error: string, topic = "org.acme/{name}/things/twin/errors"): CommandStep => ({
      ...step,
      gives: { topic, path: "/", status, value: { status, error } },
    }),
    /** Expects that nothing is answered before the next step's answer. */
    silent: (): CommandStep => ({ ...step, gives: undefined }),
  };
}

/** The same said by another subject. */
export const saidBy = (subject: string, step: CommandStep): CommandStep => ({ ...step, as: subject });

export function event(action: string, path: string, more: object = {}): EventStep {
  return { kind: "event", gives: { topic: `org.acme/{name}/things/twin/events/${action}`, path, ...more } };
}

/**
 * The session of a device of the row, which speaks for `nginx:ditto` unless told otherwise. The correlation ID of what it
 * heard last is `{cid}`.
 */
export const device = {
  opens: (...lines: readonly string[]): DeviceStep => device.opensAs("nginx:ditto", "", ...lines),
  opensAs: (subject: string, query: string, ...lines: readonly string[]): DeviceStep => ({
    kind: "device",
    does: { opens: lines, query, subject },
  }),
  hears: (gives: object): DeviceStep => ({ kind: "device", does: { hears: gives } }),
  /** Expects that nothing comes for a while. */
  hearsNothing: (): DeviceStep => ({ kind: "device", does: { hears: undefined } }),
  /** Another session, which is told something and closed at once. */
  comesLate: (query: string, gives: object): DeviceStep => ({
    kind: "device",
    does: { query, isTold: gives },
  }),
  says: (message: object | string): DeviceStep => ({ kind: "device", does: { says: message } }),
};

export const listener = {
  opens: (path: string): ListenerStep => ({ kind: "listener", does: { opens: path } }),
  /** The lines of an event, with the data as JSON in the order in which it is sent. */
  hears: (text: string | RegExp): ListenerStep => ({ kind: "listener", does: { hears: text } }),
};

export const meanwhile = (step: HttpStep | CommandStep): MeanwhileStep => ({ kind: "meanwhile", step });
export const answered: AnsweredStep = { kind: "answered" };
