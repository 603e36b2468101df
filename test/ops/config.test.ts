import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { problemsOf } from "./problems.ts";

test("without any setting the server is a private one with the quick-start user", () => {
  const config = readConfig({}, []);

  expect(config).toMatchObject({
    bindHostname: "127.0.0.1",
    httpPort: 8080,
    users: [{ name: "ditto", password: "ditto" }],
    enablePreAuthentication: false,
    devopsPassword: undefined,
    devopsSecured: true,
    logLevel: "info",
    dataDir: "./data",
    databaseUrl: undefined,
    maxThingBytes: 102_400,
    maxPolicyBytes: 102_400,
    requestTimeout: 60_000,
  });
});

test("a setting is a variable or an option, and the option counts", () => {
  const env = { HTTP_PORT: "9090", LOG_LEVEL: "DEBUG" };

  expect(readConfig(env, [])).toMatchObject({ httpPort: 9090, logLevel: "debug" });
  expect(readConfig(env, ["--http-port", "7070", "--data-dir=/tmp/twins"])).toMatchObject({
    httpPort: 7070,
    dataDir: "/tmp/twins",
  });
});

test("PORT counts where HTTP_PORT is not set, by option or variable", () => {
  expect(readConfig({ PORT: "1" }, []).httpPort).toBe(1);
  expect(readConfig({ PORT: "1", HTTP_PORT: "2" }, []).httpPort).toBe(2);
  expect(readConfig({ HTTP_PORT: "2" }, ["--port", "3"]).httpPort).toBe(3);
});

test("a flag may stand alone on the command line", () => {
  const config = readConfig({}, ["--enable-pre-authentication", "--devops-secured", "false"]);

  expect(config).toMatchObject({ enablePreAuthentication: true, devopsSecured: false });
});

test("an empty variable counts as not set", () => {
  expect(readConfig({ HTTP_PORT: "", USERS: " " }, []).httpPort).toBe(8080);
});

test("HOSTNAME and the variables of other programs are left alone", () => {
  const env = { HOSTNAME: "machine-7", USER: "me", PATH: "/bin", HTTP_PROXY: "http://proxy", LOGNAME: "me" };

  expect(readConfig(env, []).bindHostname).toBe("127.0.0.1");
});

test("one error names everything that is wrong", () => {
  const env = { HTTP_PORT: "99999", LOG_LEVEL: "loud", POLLUX_CACHE: "1", DATABSE_URL: "postgres://x" };

  expect(problemsOf(env, ["--colour", "red", "--data-dir"])).toEqual([
    "--colour is no option of Pollux",
    "--data-dir needs a value",
    "POLLUX_CACHE is no setting of Pollux; the names of its settings do not begin with POLLUX_",
    "DATABSE_URL is no setting of Pollux; did you mean DATABASE_URL?",
    'HTTP_PORT is "99999", but must be a whole number 0–65535',
    'LOG_LEVEL is "loud", but must be one of trace, debug, info, warn, error, fatal, silent',
  ]);
});

test.each([
  ["HTTP_PROT", "HTTP_PORT"],
  ["POLLUX_HTTP_PORT", "HTTP_PORT"],
  ["POLLUX_PORT", "PORT"],
  ["DATADIR", "DATA_DIR"],
  ["database_url", "DATABASE_URL"],
  ["LOG_LEVELS", "LOG_LEVEL"],
])("%s is taken for a mistyped %s", (name, meant) => {
  expect(problemsOf({ [name]: "1" })).toEqual([`${name} is no setting of Pollux; did you mean ${meant}?`]);
});

test("what Kubernetes defines for a service named pollux is no mistake", () => {
  const env = {
    POLLUX_SERVICE_HOST: "10.0.0.1",
    POLLUX_SERVICE_PORT_HTTP: "8080",
    POLLUX_PORT: "tcp://10.0.0.1:8080",
    POLLUX_PORT_8080_TCP_ADDR: "10.0.0.1",
  };

  expect(problemsOf(env)).toEqual([]);
});

test("an option given twice, and a word that is no option, are refused", () => {
  expect(problemsOf({}, ["--port", "1", "--port", "2", "start"])).toEqual([
    "--port is given twice",
    "start is no option of Pollux",
  ]);
});

test("NATS_URL is refused without a database that members can share", () => {
  expect(problemsOf({ NATS_URL: "nats://broker:4222" })).toEqual([
    "NATS_URL is set, and a cluster needs a PostgreSQL that all its members share; set DATABASE_URL too",
  ]);
});

test("the text of a secret setting is not repeated", () => {
  const [users, database] = problemsOf({ USERS: "hunter2", DATABASE_URL: "mysql://me:hunter3@db" });

  expect(users).toBe("USERS is not usable, but must be pairs of name:password between commas");
  expect(database).not.toContain("hunter3");
});

test("the name of a user must be one that a header can hold", () => {
  expect(problemsOf({ USERS: "änna:secret" })).toEqual([
    "USERS is not usable, but must have names in printable ASCII",
  ]);
});

test.each(["127.0.0.1", "127.8.0.1", "::1", "localhost"])(
  "the quick-start user may log in on %s",
  (address) => {
    expect(readConfig({ BIND_HOSTNAME: address }, []).users).toHaveLength(1);
  },
);

test.each(["0.0.0.0", "::", "192.168.1.7", "::ffff:10.0.0.1", "twins.example.org", "127.1"])(
  "on %s the server does not start with the quick-start user, and says what to set",
  (address) => {
    const [problem, ...more] = problemsOf({ BIND_HOSTNAME: address });

    expect(problem).toContain("set USERS=name:password");
    expect(more).toEqual([]);
    expect(readConfig({ BIND_HOSTNAME: address, USERS: "ada:secret" }, []).users).toHaveLength(1);
  },
);

test.each(["0.0.0.0", "127.0.0.1"])(
  "behind an authenticating proxy nobody has to have a password, and none that is public counts, on %s",
  (address) => {
    const env = { BIND_HOSTNAME: address, ENABLE_PRE_AUTHENTICATION: "true" };

    expect(readConfig(env, []).users).toEqual([]);
    expect(readConfig({ ...env, USERS: "ada:secret" }, []).users).toHaveLength(1);
  },
);

test("the older name of pre-authentication counts where the newer is not set", () => {
  expect(readConfig({ ENABLE_DUMMY_AUTH: "true" }, []).enablePreAuthentication).toBe(true);
  expect(
    readConfig({ ENABLE_DUMMY_AUTH: "true", ENABLE_PRE_AUTHENTICATION: "false" }, []).enablePreAuthentication,
  ).toBe(false);
});
