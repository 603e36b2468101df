// Opens models on other servers (docs/predictions.md, HTTP models).

import { modelInvalid } from "../../errors.ts";
import type { HttpSpec } from "../../model.ts";
import type { OpenModel } from "../scoring.ts";
import { type Way, wayTo } from "./dial.ts";
import { Exchange } from "./exchange.ts";
import { flawOfHttp } from "./flaws.ts";
import { headersOf, masking } from "./headers.ts";
import { HttpModel } from "./http-model.ts";
import { openInference } from "./open-inference.ts";
import { plainJson } from "./plain-json.ts";

export interface HttpParts extends Pick<Way, "resolve" | "ca"> {
  /** An answer may have so many bytes, packed or not. */
  readonly maxResponseBytes: number;
  /** Connections to the server of one model, and with that requests at once. */
  readonly maxConnections: number;
}

/**
 * Opens without waiting for the server: one that is not there yet leads to predictions that fail with `unavailable`, and to
 * {@link HttpModel.trouble}. Rejects with `predictors:model.invalid` what has a {@link flawOfHttp}.
 */
export function openHttp(parts: HttpParts): OpenModel<HttpSpec> {
  return async (spec, columns) => {
    const flaw = flawOfHttp(spec);
    if (flaw) throw modelInvalid(`${flaw.reason} (${flaw.field})`);
    const { maxResponseBytes, maxConnections } = parts;
    const url = new URL(spec.url);
    const limits = { ...spec, maxResponseBytes, maxConnections };
    return new HttpModel({
      protocol: spec.protocol === "json" ? plainJson(spec, columns) : openInference(spec, columns),
      exchange: new Exchange(url.origin, wayTo(url, parts), limits),
      headers: headersOf(spec),
      masked: masking(spec),
      limits,
    });
  };
}
