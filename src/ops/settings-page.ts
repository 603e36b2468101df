// The settings as text for people: --help and docs/settings.md.

import { optionOf, type Setting, settings } from "./settings.ts";

const rows: readonly Setting[] = Object.values(settings);

/** What `--help` prints. */
export function helpText(): string {
  return [
    "Pollux, a digital-twin server that Eclipse Ditto clients use unchanged.",
    "",
    "Usage: pollux [--option value]…",
    "",
    "Each option is an environment variable too: --http-port is HTTP_PORT. The option counts before the variable.",
    "Some can be set by Ditto's paths as well, as -Dditto.gateway.authentication.oauth.protocol=http.",
    "",
    ...rows.flatMap((row) => [
      `  ${row.names.map(optionOf).join(", ")}  <${row.kind.form}>`,
      `      ${row.says}${row.fallback === undefined ? "" : ` (${row.fallback})`}`,
    ]),
    "  --help, -h",
    "      Prints this and stops.",
    "",
  ].join("\n");
}

/** The content of docs/settings.md. */
export function settingsPage(): string {
  return [
    "# Settings",
    "",
    "<!-- Made by `npm run settings-docs` from src/ops/settings.ts; do not edit. -->",
    "",
    "A setting is an environment variable, or an option of the command line: `HTTP_PORT=9090` is `--http-port 9090`.",
    "The option counts before the variable, the variable before the default. An empty variable counts as not set.",
    "",
    "| Variable | Value | Default | What it does |",
    "|---|---|---|---|",
    ...rows.map(
      ({ names, kind, fallback, says }) =>
        `| ${names.map(code).join(", ")} | ${kind.form} | ${fallback === undefined ? "" : code(fallback)} | ${says} |`,
    ),
    "",
    "Sizes may end in `k` or `M` (steps of 1,024), times in `ms`, `s`, `m` or `h`; bare numbers are bytes and",
    "milliseconds, as in Ditto's configuration.",
    "",
    "## System properties of Ditto",
    "",
    "These can also be set by their paths in Ditto's configuration, on the command line: where the value is JSON, one leaf",
    "at a time, as `-Dditto.gateway.authentication.oauth.openid-connect-issuers.myprovider.issuer=localhost:9000` and",
    "`-D….myprovider.auth-subjects.0='{{ jwt:sub }}'`. Each `.` is a step, and a number a place in a list, which replaces",
    "the list that was there. They count before all else, and leave what they do not name.",
    "",
    "| Variable | Path |",
    "|---|---|",
    ...rows.flatMap(({ names, path }) => (path ? [`| ${code(names[0])} | ${code(path)} |`] : [])),
    "",
    "## Bad and unknown settings",
    "",
    "The server checks all settings before it does anything else. If any is wrong it prints one error that names all",
    "of them and exits with code 2. Wrong are: values of the wrong kind; options it does not know, or that are given",
    "twice; variables that begin with `POLLUX_` (no setting does, except that Kubernetes may define some for a service",
    "named pollux); and variables that differ from a setting's name only by one letter, by case or by underscores.",
    "Other variables belong to other programs and are left alone.",
    "",
    "## Who may log in",
    "",
    "Without `USERS` there is one user, `ditto` with password `ditto`, known to everybody who has read this page. It",
    "works only while `BIND_HOSTNAME` is a loopback address. On any other address the server refuses to start until",
    "`USERS` or `USERS_FILE` is set or `ENABLE_PRE_AUTHENTICATION` is `true`; in the latter case nobody logs in with a",
    "password.",
    "A proxy on the same machine makes a loopback address public: set `USERS` there.",
    "",
    "`USERS` is `name:password` between commas. The first colon ends the name, so a password may hold colons, but no",
    "comma. Each user is the subject `nginx:{name}` in policies. A password may be a hash of bcrypt, as `htpasswd -B` or",
    "`pollux hash-password` makes it; `USERS_FILE` holds hashes only. Hashes of other methods are refused at the start.",
    "A shell and Docker Compose read `$` in a hash as a variable: quote it, and write `$$` in a compose file.",
    "",
  ].join("\n");
}

/** A bar would end the cell of the table. */
const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
