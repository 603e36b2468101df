// Signed requests (connectivity-hmac-signing page).

import { connectionInvalid } from "../../../errors.ts";
import type { HmacCredentials } from "../../../model.ts";
import { awsSigning } from "./aws.ts";
import { azureMonitorSigning } from "./azure-monitor.ts";
import { azureSasSigning } from "./azure-sas.ts";
import { Parameters, type Signing } from "./hmac.ts";

const algorithms: Readonly<Record<string, (parameters: Parameters) => Signing>> = {
  "aws4-hmac-sha256": awsSigning,
  "az-monitor-2016-04-01": azureMonitorSigning,
  "az-sasl": azureSasSigning,
};

/** How credentials sign; refuses unknown algorithms and bad parameters, naming the field. */
export function signingOf({ algorithm, parameters }: HmacCredentials): Signing {
  const make = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (!make) {
    const known = Object.keys(algorithms).join(", ");
    throw connectionInvalid("/credentials/algorithm", `It must be one of ${known}.`);
  }
  return make(new Parameters(parameters));
}
