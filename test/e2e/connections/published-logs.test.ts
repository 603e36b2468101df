// The logs of connections at a Fluentd, from a whole server.

import { expect, onTestFinished, test, vi } from "vitest";
import { newPlace } from "../../campaigns/place.ts";
import { fluentReceiver } from "../../connectivity/monitoring/fluent-receiver.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";
import { operatorOf, operatorSettings } from "../../support/connections/operator.ts";
import { NAMESPACE, USER } from "./world.ts";

test("a server publishes the logs of its connections, and stops", async () => {
  const receiver = await fluentReceiver();
  onTestFinished(() => receiver.close());
  await using endpoint = await startHttpEndpoint();
  await using place = await newPlace("postgres");
  const server = await place.start({
    ...{ LOG_LEVEL: "warn", ...operatorSettings, INSTANCE_INDEX: "instance-7" },
    CONNECTIVITY_LOGGER_PUBLISHER_ENABLED: "true",
    CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_HOST: "127.0.0.1",
    CONNECTIVITY_LOGGER_PUBLISHER_FLUENCY_PORT: String(receiver.port),
  });
  await operatorOf(server).open("pushing", {
    connectionType: "http-push",
    uri: `http://127.0.0.1:${endpoint.port}`,
    targets: [{ address: "POST:/events", topics: ["_/_/things/twin/events"], authorizationContext: [USER] }],
  });

  await server.fetch(`/api/2/things/${NAMESPACE}:told`, {
    method: "PUT",
    headers: { "content-type": "application/json", "correlation-id": "the-one" },
    body: "{}",
  });

  const records = () => receiver.entries.map(({ record }) => record);
  const mapped = {
    ...{ connectionId: "pushing", level: "success", category: "target", type: "mapped" },
    ...{ correlationId: "the-one", address: "POST:/events", instanceId: "instance-7" },
    ...{ entityType: "thing", entityId: `${NAMESPACE}:told` },
  };
  await vi.waitFor(() => expect(records()).toContainEqual({ ...mapped, message: expect.any(String) }), {
    timeout: 10_000,
  });

  expect(await server.stop()).toBe(0);
}, 60_000);
