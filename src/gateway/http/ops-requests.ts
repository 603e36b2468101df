// What is asked about the server itself: `/health`, `/status`, and what only the devops user may see.

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import os from "node:os";
import { basicHeader, digest } from "../auth/basic.ts";
import { jsonAnswer, notFoundAnswer, textAnswer } from "./answers.ts";

export type OpsAnswers = (path: string, incoming: IncomingMessage) => Response;

export interface OpsSettings {
  readonly devopsPassword: string | undefined;
  readonly devopsSecured: boolean;
}

/**
 * Makes the answers; without a password nobody is the devops user, unless the resources are not secured at all.
 * `isUp` says whether the server can do its work at the moment.
 */
export function opsAnswers({ devopsPassword, devopsSecured }: OpsSettings, isUp: () => boolean): OpsAnswers {
  const expected = devopsPassword === undefined ? undefined : digest(basicHeader("devops", devopsPassword));
  const mayPass = ({ headers }: IncomingMessage) =>
    !devopsSecured ||
    (expected !== undefined && timingSafeEqual(expected, digest(headers.authorization ?? "")));

  return (path, incoming) => {
    if (path === "/health")
      return isUp() ? jsonAnswer({ status: "UP" }) : jsonAnswer({ status: "DOWN" }, 503);
    if (path === "/status") return jsonAnswer(status());
    const realm = path.startsWith("/devops") ? "DITTO-DEVOPS" : "DITTO-STATUS";
    if (!mayPass(incoming)) {
      const challenge = { "www-authenticate": `Basic realm="${realm}",charset=UTF-8` };
      return textAnswer(401, "The resource requires the devops user's password.", challenge);
    }
    return path === "/overall/status" ? jsonAnswer(status()) : notFoundAnswer();
  };
}

const status = () => ({
  service: "pollux",
  instance: String(process.pid),
  hostname: os.hostname(),
  "processor-count": os.availableParallelism(),
  "total-memory": `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
});
