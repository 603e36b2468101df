// What the rows of connections have in common: the operator who asks, and connections that push to nobody.

import { del, get, post, put, raw } from "../../row.ts";

/** The settings of the server that they are asked of. */
export const connectionSettings = { DEVOPS_PASSWORD: "operators" };

const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(user).toString("base64")}` });

export const operator = basic("devops:operators");
export const stranger = basic("ditto:ditto");

export const all = "/api/2/connections";
/** The connection of the row. */
export const one = `${all}/{name}`;

type Headers = Readonly<Record<string, string>>;

/** Requests of the operator. */
export const read = (path: string, headers: Headers = {}) => get(path, { ...operator, ...headers });
export const write = (body: unknown, headers: Headers = {}, path = one) =>
  put(path, body, { ...operator, ...headers });
export const make = (body: unknown, path = all) => post(path, body, operator);
export const remove = (path = one, headers: Headers = {}) => del(path, { ...operator, ...headers });
export const tell = (command: string, path = one) =>
  post(`${path}/command`, raw(`connectivity.commands:${command}`), {
    ...operator,
    "content-type": "text/plain",
  });

export const target = {
  address: "POST:/twins",
  topics: ["_/_/things/twin/events"],
  authorizationContext: ["nginx:ditto"],
};

/** A connection of type `http-push` to where nobody listens, not to be opened; members that are `undefined` are absent. */
export const pushes = (parts: Readonly<Record<string, unknown>> = {}): object => ({
  name: "pushes",
  connectionType: "http-push",
  connectionStatus: "closed",
  uri: "http://127.0.0.1:1",
  targets: [target],
  ...parts,
});

/** The same with another target. */
export const pushesTo = (parts: Readonly<Record<string, unknown>>, more = {}): object =>
  pushes({ targets: [{ ...target, ...parts }], ...more });
