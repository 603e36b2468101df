// What is asked about the server itself: `/health`, `/status`, and what only the devops user may see.

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import os from "node:os";
import { basicHeader, digest } from "../auth/basic.ts";
import { jsonAnswer, methodNotAllowed, notFoundAnswer, textAnswer } from "./answers.ts";

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
    const isRead = incoming.method === "GET";
    if (path === "/health" || path === "/status") {
      if (!isRead) return methodNotAllowed(["GET"]);
      return path === "/health" ? health(isUp()) : jsonAnswer(status());
    }
    const realm = path.startsWith("/devops") ? "DITTO-DEVOPS" : "DITTO-STATUS";
    if (!mayPass(incoming)) {
      const challenge = { "www-authenticate": `Basic realm="${realm}",charset=UTF-8` };
      return textAnswer(401, "The resource requires the devops user's password.", challenge);
    }
    if (path !== "/overall/status") return notFoundAnswer();
    return isRead ? jsonAnswer(status()) : methodNotAllowed(["GET"]);
  };
}

const health = (isUp: boolean): Response =>
  isUp ? jsonAnswer({ status: "UP" }) : jsonAnswer({ status: "DOWN" }, 503);

const status = () => ({
  service: "pollux",
  instance: String(process.pid),
  hostname: os.hostname(),
  "processor-count": os.availableParallelism(),
  "total-memory": `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
});
