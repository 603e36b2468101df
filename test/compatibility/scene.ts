// What every row finds: policies, and a thing of its own that holds something of everything.

export const policyPath = "/api/2/policies/org.acme:policy";

export const lamp = {
  definition: "org.acme:lamp:1.0.0",
  attributes: { colour: "red", place: { room: 1, floor: 2 } },
  features: {
    light: {
      definition: ["org.acme:light:1.0.0"],
      properties: { on: false, level: { now: 5, max: 9 } },
      desiredProperties: { on: true, level: { now: 6 } },
    },
  },
} as const;

/** The thing as it is answered. */
export const wholeLamp = { thingId: "{id}", policyId: "org.acme:policy", ...lamp };

const all = { grant: ["READ", "WRITE"], revoke: [] };

/** `nginx:reader` may read the thing, `nginx:operator` may read and write its features, `nginx:guest` may read the policy. */
export const policy = {
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "test" } },
      resources: { "thing:/": all, "policy:/": all, "message:/": all },
    },
    reader: {
      subjects: { "nginx:reader": { type: "test" } },
      resources: { "thing:/": { grant: ["READ"], revoke: [] } },
    },
    operator: {
      subjects: { "nginx:operator": { type: "test" } },
      resources: { "thing:/features": all },
    },
    guest: {
      subjects: { "nginx:guest": { type: "test" } },
      resources: { "policy:/": { grant: ["READ"], revoke: [] } },
      importable: "never",
    },
  },
};
