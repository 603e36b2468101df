// Values of `specificConfig` that transports read leniently: what they would take for something else is refused.

import { flagIn } from "../connectors/config-values.ts";
import { connectionInvalid } from "../errors.ts";
import { below } from "../fields.ts";
import type { Connection } from "../model.ts";

interface Rule {
  readonly expected: string;
  readonly fits: (text: string) => boolean;
}

const flag: Rule = { expected: "true or false", fits: (text) => /^\s*(?:true|false)\s*$/i.test(text) };

const rules: Readonly<Record<string, Rule>> = {
  "is-diversion-source": flag,
  "is-diversion-target": flag,
  "preserve-normal-response-via-source": flag,
};
const ofMqtt: typeof rules = {
  ...rules,
  lastWillQos: { expected: "0, 1 or 2", fits: (text) => /^\s*[+]?[012]\s*$/.test(text) },
  lastWillRetain: { expected: "true or false", fits: (text) => flagIn(text) !== undefined },
};
const byType: { readonly [T in Connection["connectionType"]]?: typeof rules } = {
  mqtt: ofMqtt,
  "mqtt-5": ofMqtt,
  kafka: { ...rules, debugEnabled: flag, skipCorruptMessages: flag },
};

/** Refuses values that would count as another one, or as none. */
export function checkOptions({ connectionType, specificConfig }: Connection): void {
  for (const [name, { expected, fits }] of Object.entries(byType[connectionType] ?? rules)) {
    const given = Object.hasOwn(specificConfig, name) ? specificConfig[name] : undefined;
    if (given !== undefined && !fits(given))
      throw connectionInvalid(
        below("/specificConfig", name),
        `It must be ${expected}, but is '${given.slice(0, 100).toWellFormed()}'.`,
      );
  }
}
