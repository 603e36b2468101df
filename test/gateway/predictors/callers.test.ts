// Who asks about predictors: operators, and everybody else as whom he is known elsewhere.

import { describe, expect, test } from "vitest";
import { asOperator, asUser, basic, type Given, predictorsWorld, refusalOf } from "./world.ts";

const listing = { list: async () => ({ predictors: [] }) };

/** As whom a request with these headers is let in; or how it is refused. */
async function askedBy(headers: Readonly<Record<string, string>>, given: Given = {}) {
  await using world = await predictorsWorld({ predictors: listing, ...given });
  const answer = await world.fetch("GET ", { headers });
  return answer.status === 200 ? world.calls[0]?.given[0] : refusalOf(answer);
}

const operator = { isOperator: true, auth: { subjects: [] } };
const user = (subject: string) => ({ isOperator: false, auth: { subjects: [subject] } });
const unsecured = { operators: { devopsSecured: false } };
const byTokens: Given = {
  operators: { devopsAuthenticationMethod: "oauth2", devopsOauth2Subjects: ["ops:ann"] },
  operatorTokens: { "an.operator.s": "ops:ann", "a.stranger.s": "ops:bob" },
  userTokens: { "a.user.s": "google:ann" },
};

describe("where operators have a password", () => {
  test("who gives it is an operator, and whoever else is known is himself", async () => {
    expect(await askedBy(asOperator)).toEqual(operator);
    expect(await askedBy(asUser)).toEqual(user("nginx:ditto"));
  });

  test("a wrong one is refused, though a user should have it", async () => {
    const users = [{ name: "devops", password: "other" }];
    expect(await askedBy({ authorization: basic("devops:other") }, { users })).toBe(
      "401 gateway:authentication.failed",
    );
  });

  test("who brings nothing, or what is of nobody, is refused and asked for a password", async () => {
    await using world = await predictorsWorld();

    for (const headers of [
      {},
      { authorization: basic("ditto:wrong") },
      { authorization: basic("devops:wrong") },
    ]) {
      const answer = await world.fetch("GET ", { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain("Basic realm=");
    }
    expect(world.calls).toEqual([]);
  });

  test("too many wrong ones lock the name for the address", async () => {
    await using world = await predictorsWorld({ predictors: listing });
    for (let i = 0; i < 5; i++)
      await world.fetch("GET ", { headers: { authorization: basic(`devops:${i}`) } });

    const answer = await world.fetch("GET ");

    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

test("where operators have no password, the name of theirs is that of a user like others", async () => {
  const users = [{ name: "devops", password: "own" }];
  const given = { operators: { devopsPassword: undefined }, users };

  expect(await askedBy({ authorization: basic("devops:own") }, given)).toEqual(user("nginx:devops"));
  expect(await askedBy(asOperator, given)).toBe("401 gateway:authentication.failed");
});

describe("where operators bring tokens", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test("who brings one of theirs is one, and other tokens are as everywhere", async () => {
    expect(await askedBy(bearer("an.operator.s"), byTokens)).toEqual(operator);
    expect(await askedBy(bearer("a.user.s"), byTokens)).toEqual(user("google:ann"));
    expect(await askedBy(bearer("a.stranger.s"), byTokens)).toBe("401 gateway:jwt.issuer.notsupported");
    expect(await askedBy(asUser, byTokens)).toEqual(user("nginx:ditto"));
  });

  test("a password makes nobody an operator", async () => {
    expect(await askedBy(asOperator, byTokens)).toBe("401 gateway:authentication.failed");
  });
});

describe("where operators are not secured", () => {
  test("who says nothing of himself, or calls himself so, is one; a user stays a user", async () => {
    expect(await askedBy({}, unsecured)).toEqual(operator);
    expect(await askedBy({ authorization: basic("devops:anything") }, unsecured)).toEqual(operator);
    expect(await askedBy(asUser, unsecured)).toEqual(user("nginx:ditto"));
  });

  test("credentials that are wrong are refused, and do not make an operator", async () => {
    expect(await askedBy({ authorization: basic("ditto:wrong") }, unsecured)).toBe(
      "401 gateway:authentication.failed",
    );
  });
});

describe("behind a proxy that authenticates", () => {
  const named = { "x-ditto-pre-authenticated": "iam:ann" };

  test("whom it names is that one, and no operator", async () => {
    const given = { trustsProxy: true };
    expect(await askedBy(named, given)).toEqual(user("iam:ann"));
    expect(await askedBy(named, { ...given, ...unsecured })).toEqual(user("iam:ann"));
    expect(await askedBy({ ...named, ...asOperator }, given)).toEqual(user("iam:ann"));
    expect(await askedBy({ ...asOperator, "x-ditto-pre-authenticated": " , " }, given)).toEqual(operator);
  });

  test("its header means nothing where it is not trusted", async () => {
    expect(await askedBy({ ...named, ...asOperator })).toEqual(operator);
    expect(await askedBy(named)).toBe("401 gateway:authentication.failed");
  });
});

test("who is not known is not told what there is", async () => {
  await using world = await predictorsWorld();

  expect((await world.fetch("GET /p/nothing", { headers: {} })).status).toBe(401);
});
