// What a policy may take over from another one, and whose READ that needs.

import { beforeEach, describe, expect, test } from "vitest";
import { entry, owner, type PolicyWorld, policyWorld } from "../support/policy-world.ts";

const template = "org.acme:template";
const mine = "org.acme:mine";
let world: PolicyWorld;

beforeEach(async () => {
  world = policyWorld();
  const readsOpen = { "nginx:user": { "policy:/entries/open": ["READ"], "policy:/entries/extra": ["READ"] } };
  await world.policy(template, {
    open: entry(readsOpen),
    extra: entry({}, { importable: "explicit" }),
    hidden: entry({}, { importable: "explicit" }),
    never: entry({ "nginx:user": { "policy:/entries/never": ["READ"] } }, { importable: "never" }),
  });
});

const administered = (value: object) => ({
  entries: { owner: entry({ "nginx:user": { "policy:/": ["READ", "WRITE"] } }), ...value },
});

/** Creates a policy as nginx:user. */
const create = (value: object, id = mine) =>
  world.put(id, "/", { ...administered({}), ...value } as never, "nginx:user");

describe("an import needs READ", () => {
  test("on every implicit entry of the policy", async () => {
    expect(await create({ imports: { [template]: {} } })).toBe("policies:policy.notfound");
    await world.put(template, "/entries/owner/importable", "never");
    expect(await create({ imports: { [template]: {} } })).toBe(201);
  });

  test("on every entry that it names", async () => {
    await world.put(template, "/entries/owner/importable", "never");

    expect(await create({ imports: { [template]: { entries: ["hidden"] } } })).toBe(
      "policies:policy.notfound",
    );
    expect(await create({ imports: { [template]: { entries: ["extra"] } } })).toBe(201);
    expect(await world.put(mine, `/imports/${template}/entries`, ["hidden"], "nginx:user")).toBe(
      "policies:policy.notfound",
    );
    expect(await world.put(mine, `/imports/${template}/entries`, [], "nginx:user")).toBe(204);
  });

  test("on nothing of what is imported through it", async () => {
    await world.put(template, "/entries/owner/importable", "never");
    await create({ imports: { [template]: {} } });

    expect(
      await world.put(mine, `/imports/${template}/transitiveImports`, ["org.acme:absent"], "nginx:user"),
    ).toBe(204);
  });
});

describe("a reference to an entry of another policy", () => {
  const refersTo = (label: string) =>
    administered({ mine: { references: [{ import: template, entry: label }] } });
  const imports = { [template]: {} };
  beforeEach(() => world.put(template, "/entries/owner/importable", "never"));

  test.each([
    ["open", 201],
    ["extra", 201],
    ["hidden", "policies:policy.notfound"],
    ["never", "policies:import.invalid"],
    ["absent", "policies:import.invalid"],
  ])(
    "%s is answered with %s in a whole policy, an entry, and the references of one",
    async (label, outcome) => {
      expect(await create({ ...refersTo(label), imports })).toBe(outcome);
      if (outcome !== 201) await create({ imports });
      const { mine: one } = refersTo(label).entries as unknown as { mine: { references: [] } };
      const put = outcome === 201 ? 204 : outcome;

      expect(
        await world.put(mine, "/entries/owner", { ...refersTo(label).entries.owner, ...one }, "nginx:user"),
      ).toBe(put);
      expect(await world.put(mine, "/entries/owner/references", one.references, "nginx:user")).toBe(put);
    },
  );

  test("of a policy that is not imported is refused", async () => {
    expect(await create(refersTo("open"))).toBe("policies:import.invalid");
    await create({});
    expect(
      await world.put(mine, "/entries/owner/references", [{ import: template, entry: "open" }], "nginx:user"),
    ).toBe("policies:entry.invalid");
  });
});

test("a body that is wrong is told before an import that is missing", async () => {
  const imports = { "org.acme:absent": {} };

  expect(await create({ imports, entries: { owner, "a/b": owner } })).toBe("policies:entry.invalid");
  expect(await create({ imports })).toBe("policies:policy.notfound");
});

test("as many policies can be imported as the operator allows", async () => {
  world = policyWorld({ maxImports: 1 });
  await world.policy("org.acme:a");
  await world.policy("org.acme:b");

  expect(await world.policy(mine, {}, { "org.acme:a": {}, "org.acme:b": {} })).toBe(
    "policies:imports.toolarge",
  );
  expect(await world.policy(mine, {}, { "org.acme:a": {} })).toBe(201);
});
