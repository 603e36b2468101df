// Which servers of models a predictor may ask that somebody else than an operator puts or changes: what the server can reach
// within its network is not for everybody to ask.

import type { JsonObject } from "../base/json/json.ts";
import { modelNotAllowed } from "./errors.ts";
import { modelsIn } from "./models-in.ts";

/**
 * Refuses URLs of models that are at none of the hosts (in lower case), unless they were in the predictor before (absent: a new one). A host with a
 * port is just that, one without a port stands for the usual one of the URL's scheme.
 */
export function checkServers(
  before: JsonObject | undefined,
  after: JsonObject,
  hosts: readonly string[],
): void {
  const known = new Set(before ? urlsIn(before).map(({ href }) => href) : []);
  const stranger = urlsIn(after).find((url) => !known.has(url.href) && !isListed(url, hosts));
  if (stranger) throw modelNotAllowed(stranger.host);
}

const urlsIn = (json: JsonObject): readonly URL[] =>
  modelsIn(json).flatMap(({ value: { type, url } }) =>
    type === "http" && typeof url === "string" && URL.canParse(url) ? [new URL(url)] : [],
  );

function isListed({ hostname, port, protocol }: URL, hosts: readonly string[]): boolean {
  const whole = `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
  return hosts.some((host) => host === whole || (port === "" && host === hostname));
}
