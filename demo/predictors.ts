// What the demo has predicted of the bearings, and what becomes of it: two models of the server's own, whose figures are
// features of the machines like any other.

import type { DittoWebSocketLiveClient } from "@eclipse-ditto/ditto-javascript-client-node";
import { bearing, serviceAt } from "./bearing.ts";
import type { Login } from "./ditto-clients.ts";
import { namespace } from "./machine.ts";

/** Who may see and change the predictors, beside operators. */
export const predictorsPolicyId = `${namespace}:predictors`;

/** The feature with the score of a bearing. */
export const watchFeature = "bearing-watch";
const watchId = "pollux-demo.bearing-watch";
const serviceId = "pollux-demo.bearing-service";
const soonSubject = "service-soon";
/** Days in which the demo's bearings live seconds. */
const soonDays = 10 / 86_400;
const vibration = { name: "vibration", path: `features/${bearing}/properties/vibration` };

/** Makes the predictors, which act as the demo's own subject. */
export async function makePredictors(url: string, login: Login, subject: string): Promise<void> {
  const common = {
    policyId: predictorsPolicyId,
    authorizationContext: [subject],
    bind: { namespaces: [namespace], filter: `exists(features/${bearing})` },
    inputs: [vibration],
  };
  await ask(url, login, "PUT", watchId, {
    ...common,
    description: "Is the vibration of a bearing unusual?",
    model: { type: "builtin", name: "anomaly" },
    output: {
      feature: watchFeature,
      properties: { score: "score", anomalous: "anomalous" },
    },
  });
  await ask(url, login, "PUT", serviceId, {
    ...common,
    description: "In how many days does a bearing need service?",
    model: {
      type: "builtin",
      name: "remaining-useful-life",
      parameters: { threshold: serviceAt },
    },
    output: {
      feature: "bearing-service",
      properties: { daysUntilService: "remainingDays" },
      message: { subject: soonSubject, when: { output: "remainingDays", below: soonDays } },
    },
  });
}

/** Removes what {@link makePredictors} made. */
export async function removePredictors(url: string, login: Login): Promise<void> {
  for (const id of [watchId, serviceId]) await ask(url, login, "DELETE", id).catch(() => {});
}

/** Calls back whenever the server says of a machine that its bearing needs service soon. */
export async function onServiceSoon(
  client: DittoWebSocketLiveClient,
  tell: (thingId: string) => void,
): Promise<void> {
  const messages = client.getMessagesHandle();
  await messages.requestMessages();
  messages.subscribeToAllMessages(({ topic }) => {
    const [ofNamespace, name] = topic.split("/");
    if (topic.endsWith(`/${soonSubject}`)) tell(`${ofNamespace}:${name}`);
  });
}

async function ask(url: string, login: Login, method: string, id: string, value?: object): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${login.name}:${login.password}`).toString("base64")}`;
  const answer = await fetch(`${url}/api/2/predictors/${id}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(value && { body: JSON.stringify(value) }),
  });
  if (!answer.ok)
    throw new Error(`${method} of the predictor ${id}: ${answer.status} ${await answer.text()}`);
}
