// How rows say that a connection is refused: with an error, and the field at fault, which our message names.

import type { HttpStep } from "../../row.ts";
import { make, pushes, target, write } from "./scene.ts";

const INVALID = "connectivity:connection.configuration.invalid";

/** Expects a refusal that names a field. */
export const refused = (error: string, body: object, field: string, status = 400): HttpStep =>
  write(body).fails(status, error, { text: new RegExp(`${field}['")]`) });

/** Expects a refusal of what is configured at a field. */
export const misconfigured = (body: object, field: string): HttpStep => refused(INVALID, body, field);

/** Expects that the connection is taken. */
export const taken = (body: object): HttpStep => make(body).gives(201);

const source = { addresses: ["in"], authorizationContext: ["nginx:ditto"] };

/** A connection of a type to a broker, with a source. */
export const takesFrom =
  (type: string, always: object = {}, more: object = {}) =>
  (parts: object = {}, others: object = {}): object =>
    pushes({
      ...{ connectionType: type, uri: "tcp://127.0.0.1:1", targets: [] },
      sources: [{ ...source, ...always, ...parts }],
      ...more,
      ...others,
    });

/** The same with a target. */
export const tellsTo =
  (type: string, always: object = {}, more: object = {}) =>
  (parts: object = {}, others: object = {}): object =>
    pushes({
      ...{ connectionType: type, uri: "tcp://127.0.0.1:1" },
      targets: [{ ...target, address: "out", ...always, ...parts }],
      ...more,
      ...others,
    });
