// The HTTP Data Collector API of Azure Monitor.

import { hmacSha256, type Parameters, type Signing } from "./hmac.ts";

export function azureMonitorSigning(parameters: Parameters): Signing {
  const workspaceId = parameters.text("workspaceId");
  const sharedKey = parameters.key("sharedKey");
  return ({ method, path, headers, body }, now) => {
    const date = now.toUTCString();
    const [resource = ""] = path.split("?");
    const contentType = headers["content-type"] ?? "";
    const toSign = [method, body.length, contentType, `x-ms-date:${date}`, resource].join("\n");
    const signature = hmacSha256(sharedKey, toSign).toString("base64");
    return { "x-ms-date": date, authorization: `SharedKey ${workspaceId}:${signature}` };
  };
}
