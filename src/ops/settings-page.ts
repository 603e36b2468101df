// The settings as text for people: --help and docs/settings.md.

import type { Setting } from "./setting.ts";
import { optionOf, settingsBySubject } from "./settings.ts";

/** What `--help` prints. */
export function helpText(): string {
  return [
    "Pollux, a digital-twin server that Eclipse Ditto clients use unchanged.",
    "",
    "Usage: pollux [--option value]…",
    "       pollux hash-password    reads a password and prints its hash, for USERS, USERS_FILE or DEVOPS_PASSWORD",
    "       pollux export FILE      writes all that is stored to a file (.gz: packed; -: standard output)",
    "       pollux import FILE      reads it into an empty storage, and goes on where it was interrupted",
    "       pollux partition        divides the tables of a PostgreSQL into DATABASE_PARTITIONS parts",
    "",
    "Each option is an environment variable too: --http-port is HTTP_PORT. The option counts before the variable.",
    "Some can be set by Ditto's paths as well, as -Dditto.gateway.authentication.oauth.protocol=http.",
    "",
    ...settingsBySubject.flatMap(([heading, rows]) => [`${heading}:`, ...rows.flatMap(helpLines), ""]),
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
    "<!-- Made by `npm run settings-docs` from src/ops/settings/; do not edit. -->",
    "",
    "A setting is an environment variable, or an option of the command line: `HTTP_PORT=9090` is `--http-port 9090`.",
    "The option counts before the variable, the variable before the default. An empty variable counts as not set.",
    "",
    "Sizes may end in `k` or `M` (steps of 1,024), times in `ms`, `s`, `m` or `h`, and in `d` where the value shows it;",
    "bare numbers are bytes and milliseconds, as in Ditto's configuration.",
    "",
    ...settingsBySubject.flatMap(([heading, rows]) => [
      `## ${heading}`,
      "",
      "| Variable | Value | Default | What it does |",
      "|---|---|---|---|",
      ...rows.map(tableRow),
      "",
    ]),
    "## System properties of Ditto",
    "",
    "These can also be set by their paths in Ditto's configuration, on the command line: where the value is JSON, one leaf",
    "at a time, as `-Dditto.gateway.authentication.oauth.openid-connect-issuers.myprovider.issuer=localhost:9000` and",
    "`-D….myprovider.auth-subjects.0='{{ jwt:sub }}'`. Each `.` is a step, and a number a place in a list, which replaces",
    "the list that was there; where the value is a list between commas, it is the only step. They count before all else,",
    "and leave what they do not name.",
    "",
    "| Variable | Path |",
    "|---|---|",
    ...settingsBySubject.flatMap(([, rows]) => rows.flatMap(pathRow)),
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

const helpLines = ({ names, kind, fallback, says }: Setting): readonly string[] => [
  `  ${names.map(optionOf).join(", ")}  <${kind.form}>`,
  `      ${says}${fallback === undefined ? "" : ` (${fallback})`}`,
];

const tableRow = ({ names, kind, fallback, says }: Setting): string =>
  `| ${names.map(code).join(", ")} | ${kind.form} | ${fallback === undefined ? "" : code(fallback)} | ${says} |`;

const pathRow = ({ names: [name], path }: Setting): readonly string[] =>
  path === undefined ? [] : [`| ${code(name)} | ${code(path)} |`];

/** A bar would end the cell of the table. */
const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
