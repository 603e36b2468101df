// Who may see what is asked about the server itself.

import bcrypt from "bcryptjs";
import { expect, test } from "vitest";
import { basicHeader } from "../../../src/gateway/auth/basic.ts";
import { jwtInvalid } from "../../../src/gateway/auth/jwt/errors.ts";
import type { OperatorSettings } from "../../../src/gateway/auth/operators.ts";
import { type OpsParts, opsAnswers } from "../../../src/gateway/http/ops-requests.ts";
import { opsWorld } from "../http/ops/world.ts";
import { loginSettings, requestWith } from "./requests.ts";

const operators: OperatorSettings = {
  ...loginSettings,
  devopsSecured: true,
  devopsAuthenticationMethod: "basic",
  devopsPassword: "dev",
  devopsOauth2Subjects: undefined,
  devopsStatusSecured: true,
  statusAuthenticationMethod: "basic",
  statusPassword: "stat",
  statusOauth2Subjects: undefined,
};
const verify = (token: string) => {
  if (!token.startsWith("t-")) throw jwtInvalid("It is forged.");
  return { subjects: [`ops:${token.slice(2)}`] };
};
const nothing = async () => ({ things: 0 });
const parts: OpsParts = {
  operations: opsWorld().operations,
  verifyToken: verify,
  index: { rebuild: nothing, check: nothing, health: () => ({}), onFault: () => undefined },
  metrics: async () => new Response("up 1"),
};
const devops = "/devops/none";
const status = "/overall/status";

/** Asks as somebody, and gives the answer. */
function asker(settings: Partial<OperatorSettings> = {}) {
  const answer = opsAnswers({ ...operators, ...settings }, parts);
  return async (path: string, authorization?: string) =>
    answer(path, requestWith(authorization === undefined ? {} : { authorization }));
}
const basic = (credentials: string) => basicHeader(credentials);

/** Whether the two realms let somebody in; there is nothing behind that path of devops, so it is not found. */
async function opened(authorization: string | undefined, settings: Partial<OperatorSettings> = {}) {
  const ask = asker(settings);
  const [behind, seen] = [await ask(devops, authorization), await ask(status, authorization)];
  return [behind.status === 404, seen.status === 200];
}

test("health and the state of this process are for everybody", async () => {
  const ask = asker();
  expect([(await ask("/health")).status, (await ask("/status")).status]).toEqual([200, 200]);
});

test("metrics are for who may see the state", async () => {
  const ask = asker();
  expect((await ask("/metrics")).status).toBe(401);
  expect(await (await ask("/metrics", basic("devops:stat"))).text()).toBe("up 1");
});

test("the password of devops opens both realms, that of status only its own", async () => {
  expect(await opened(basic("devops:dev"))).toEqual([true, true]);
  expect(await opened(basic("devops:stat"))).toEqual([false, true]);
});

test.each(["devops:", "devops:x", "status:stat", "ditto:dev", ":dev", "devops"])(
  "%s opens nothing",
  async (who) => {
    expect(await opened(basic(who))).toEqual([false, false]);
  },
);

test("without a password nobody is an operator", async () => {
  const none = { devopsPassword: undefined, statusPassword: undefined };
  for (const who of [undefined, basic("devops:"), basic("devops:foobar"), basic("devops:status")])
    expect(await opened(who, none)).toEqual([false, false]);
});

test("a password may be hashed", async () => {
  const devopsPassword = bcrypt.hashSync("dev", 4);
  expect(await opened(basic("devops:dev"), { devopsPassword })).toEqual([true, true]);
  expect(await opened(basic(`devops:${devopsPassword}`), { devopsPassword })).toEqual([false, false]);
});

test("each realm asks for the password by its own name, as recorded", async () => {
  const ask = asker();
  for (const [path, realm] of [
    [devops, "DITTO-DEVOPS"],
    [status, "DITTO-STATUS"],
  ] as const) {
    const answer = await ask(path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([401, "text/plain; charset=UTF-8"]);
    expect(answer.headers.get("www-authenticate")).toBe(`Basic realm="${realm}",charset=UTF-8`);
  }
});

test("both can be open, or the status alone", async () => {
  expect(await opened(undefined, { devopsSecured: false })).toEqual([true, true]);
  expect(await opened(undefined, { devopsStatusSecured: false })).toEqual([false, true]);
});

test("guessing is bounded", async () => {
  const ask = asker();
  for (const guess of ["1", "2", "3"]) expect((await ask(devops, basic(`devops:${guess}`))).status).toBe(401);
  const locked = await ask(devops, basic("devops:dev"));
  expect([locked.status, locked.headers.get("retry-after")]).toEqual([429, "60"]);
});

test("two Authorization headers are refused", async () => {
  const incoming = requestWith({ authorization: basic("devops:dev") });
  incoming.rawHeaders.push("Authorization", basic("devops:x"));
  const answer = await opsAnswers(operators, parts)(devops, incoming);
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { error: "gateway:duplicate.header.field" },
  ]);
});

test("by tokens, a realm is for the named subjects, or for all that an issuer of operators knows", async () => {
  const tokens = { devopsAuthenticationMethod: "oauth2", statusAuthenticationMethod: "oauth2" } as const;
  expect(await opened("Bearer t-any", tokens)).toEqual([true, true]);
  const named = { ...tokens, devopsOauth2Subjects: ["ops:a"], statusOauth2Subjects: ["ops:a", "ops:b"] };
  expect(await opened("Bearer t-a", named)).toEqual([true, true]);
  expect(await opened("Bearer t-b", named)).toEqual([false, true]);
  expect(await opened(basic("devops:dev"), named)).toEqual([false, false]);
  expect(await opened("Bearer t-any", { devopsAuthenticationMethod: "oauth2" })).toEqual([true, false]);
});

test("by tokens, a refusal is Ditto's JSON and asks for no password", async () => {
  const ask = asker({ devopsAuthenticationMethod: "oauth2", devopsOauth2Subjects: ["ops:a"] });
  const refusals: readonly (readonly [authorization: string | undefined, status: number, error: string])[] = [
    [undefined, 401, "gateway:authentication.failed"],
    ["Bearer t-b", 401, "gateway:authentication.failed"],
    ["Bearer forged", 400, "jwt:invalid"],
    [basic("devops:dev"), 400, "jwt:invalid"],
  ];
  for (const [authorization, expected, error] of refusals) {
    const answer = await ask(devops, authorization);
    expect([answer.status, answer.headers.has("www-authenticate")]).toEqual([expected, false]);
    expect(await answer.json()).toMatchObject({ status: expected, error });
  }
});
