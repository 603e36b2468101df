import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { problemsOf } from "./problems.ts";

const oauth = "-Dditto.gateway.authentication.oauth";
const issuers = `${oauth}.openid-connect-issuers`;

test("an issuer is configured leaf by leaf, by Ditto's paths", () => {
  const { openIdConnectIssuers } = readConfig({}, [
    `${issuers}.myprovider.issuer=localhost:9000`,
    `${issuers}.myprovider.auth-subjects.1={{ jwt:sub }}/{{ jwt:scp }}`,
    `${issuers}.myprovider.auth-subjects.0={{ jwt:sub }}`,
    `${issuers}.myprovider.inject-claims-into-headers.User-Email={{ jwt:email }}`,
  ]);

  expect(openIdConnectIssuers).toEqual([
    {
      subjectIssuer: "myprovider",
      issuers: ["localhost:9000"],
      authSubjects: ["{{ jwt:sub }}", "{{ jwt:sub }}/{{ jwt:scp }}"],
      injectClaimsIntoHeaders: { "user-email": "{{ jwt:email }}" },
      prerequisiteConditions: [],
    },
  ]);
});

test("a list takes more than ten places in the order of their numbers", () => {
  const places = Array.from({ length: 12 }, (_, i) => `${issuers}.a.issuers.${i}=host-${i}`);

  const [issuer] = readConfig({}, places.reverse()).openIdConnectIssuers;

  expect(issuer?.issuers).toEqual(Array.from({ length: 12 }, (_, i) => `host-${i}`));
});

test("properties are put over the variable, and leave what they do not name", () => {
  const env = {
    OPENID_CONNECT_ISSUERS: JSON.stringify({
      a: { issuer: "a.example", "auth-subjects": ["{{jwt:sub}}", "{{jwt:azp}}"] },
      b: { issuer: "b.example" },
    }),
  };

  const { openIdConnectIssuers } = readConfig(env, [`${issuers}.a.auth-subjects.0={{jwt:email}}`]);

  expect(openIdConnectIssuers).toMatchObject([
    { subjectIssuer: "a", issuers: ["a.example"], authSubjects: ["{{jwt:email}}"] },
    { subjectIssuer: "b", issuers: ["b.example"], authSubjects: ["{{jwt:sub}}"] },
  ]);
});

test("a setting that is no JSON is set whole, before its variable and its option", () => {
  const argv = [`${oauth}.protocol=http`, `${oauth}.allowed-clock-skew=3s`, "--oauth-protocol=https"];

  expect(readConfig({ OAUTH_ALLOWED_CLOCK_SKEW: "1s" }, argv)).toMatchObject({
    oauthProtocol: "http",
    oauthAllowedClockSkew: 3000,
  });
});

test("the rules of creation are set by their path too", () => {
  const { entityCreation } = readConfig({}, ["-Dditto.entity-creation.revoke.0.namespaces.0=secret.*"]);

  expect(entityCreation.revoke).toMatchObject([{ namespaces: ["secret.*"] }]);
  expect(entityCreation.grant).toHaveLength(1);
});

test("a setting that is a list is set place by place", () => {
  const { namespaceAccess } = readConfig({}, [
    "-Dditto.gateway.authentication.namespace-access.0.blocked-namespaces.0=secret.*",
    "-Dditto.gateway.authentication.namespace-access.1.allowed-namespaces.0=open.*",
  ]);

  expect(namespaceAccess).toHaveLength(2);
  expect(namespaceAccess[0]?.blocked.texts).toEqual(["secret.*"]);
});

test("what cannot be set so is refused by its name", () => {
  const argv = [
    "-Dditto.gateway.unknown=1",
    `${issuers}.a.issuer`,
    `${oauth}.protocol.x=1`,
    `${oauth}.allowed-clock-skew=2s`,
    `${oauth}.allowed-clock-skew=3s`,
    `${issuers}-extension.a.issuer=x`,
  ];

  expect(problemsOf({}, argv)).toEqual([
    "-Dditto.gateway.unknown is no option of Pollux",
    `${issuers}.a.issuer needs a value`,
    `${oauth}.protocol.x is no option of Pollux`,
    `${oauth}.allowed-clock-skew is given twice`,
    `${issuers}-extension.a.issuer is no option of Pollux`,
  ]);
});

test("a bad leaf is told with the property that brought it", () => {
  const argv = [`${issuers}.a.colour=red`];

  expect(problemsOf({}, argv)).toEqual([expect.stringContaining(`${issuers}.a.colour is "{`)]);
  expect(problemsOf({ OPENID_CONNECT_ISSUERS: "nonsense" }, argv)).toEqual([
    expect.stringContaining('is "nonsense", but must be JSON'),
  ]);
});

test("a step named __proto__ is plain data", () => {
  expect(problemsOf({}, [`${issuers}.__proto__.issuer.x=1`])).toEqual([
    expect.stringContaining("__proto__.issuer"),
  ]);
  expect(({} as { issuer?: unknown }).issuer).toBeUndefined();
});
