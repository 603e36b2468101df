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

  expect(openIdConnectIssuers).toMatchObject([
    {
      subjectIssuer: "myprovider",
      issuers: ["localhost:9000"],
      authSubjects: [{ text: "{{ jwt:sub }}" }, { text: "{{ jwt:sub }}/{{ jwt:scp }}" }],
      injectClaimsIntoHeaders: { "user-email": { text: "{{ jwt:email }}" } },
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
    { subjectIssuer: "a", issuers: ["a.example"], authSubjects: [{ text: "{{jwt:email}}" }] },
    { subjectIssuer: "b", issuers: ["b.example"], authSubjects: [{ text: "{{jwt:sub}}" }] },
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

test("what has a path in Ditto's configuration is set by it", () => {
  const devops = "-Dditto.gateway.authentication.devops";

  const config = readConfig({ DEVOPS_PASSWORD: "a" }, [
    `${devops}.password=b`,
    `${devops}.statusPassword=c`,
    `${devops}.status-secured=false`,
    `${devops}.devops-authentication-method=oauth2`,
    "-Dditto.policies.policy.announcement.exponential-backoff.random-factor=0.5",
    "-Dditto.limits.policies.max-size=200k",
  ]);

  expect(config).toMatchObject({
    devopsPassword: "b",
    statusPassword: "c",
    devopsStatusSecured: false,
    devopsAuthenticationMethod: "oauth2",
    announcementBackoffRandomFactor: 0.5,
    maxPolicyBytes: 204_800,
  });
});

test("a list between commas is set place by place, or whole", () => {
  const path = "-Dditto.gateway.authentication.devops.devops-oauth2-subjects";
  const env = { DEVOPS_OAUTH2_SUBJECTS: "ops:x,ops:y,ops:z" };

  expect(readConfig(env, [`${path}.1=ops:b`, `${path}.0=ops:a`]).devopsOauth2Subjects).toEqual([
    "ops:a",
    "ops:b",
  ]);
  expect(readConfig(env, [`${path}=ops:c,ops:d`]).devopsOauth2Subjects).toEqual(["ops:c", "ops:d"]);
  expect(problemsOf(env, [`${path}.first=ops:a`])).toEqual([`${path}.first is no option of Pollux`]);
});

test("a namespace with dots, which no path can name, is pointed to its variable", () => {
  expect(problemsOf({}, ["-Dditto.namespace-policies.org.acme.0=org.acme:root"])).toEqual([
    expect.stringContaining('"org"; name a namespace with dots in NAMESPACE_POLICIES'),
  ]);
});

test("the text of a secret is not repeated", () => {
  const [problem] = problemsOf({}, ["-Dditto.gateway.authentication.devops.password=$1$hunter2"]);

  expect(problem).toContain("devops.password is not usable");
  expect(problem).not.toContain("hunter2");
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
