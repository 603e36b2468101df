// What a model on another server cannot be, as far as that is seen without asking the server.

import { connectionHeaders } from "../../../base/connection-headers.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import type { HttpSpec } from "../../model.ts";
import { hasBuried, rowsOf } from "./templates.ts";

/** A member of the model, as `headers/accept`, and a sentence that says what it must be. */
export interface Flaw {
  readonly field: string;
  readonly reason: string;
}

/** The first flaw of a model; `undefined` where it can be opened. The reason repeats no secret. */
export function flawOfHttp(spec: HttpSpec): Flaw | undefined {
  return urlFlaw(spec) ?? protocolFlaw(spec) ?? headersFlaw(spec) ?? credentialsFlaw(spec);
}

function urlFlaw({ url }: HttpSpec): Flaw | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== "http:" && parsed.protocol !== "https:"))
    return { field: "url", reason: "It must be a URL of http or https." };
  if (parsed.username !== "" || parsed.password !== "")
    return {
      field: "url",
      reason:
        "It must hold no user and no password; they belong into 'credentials', where they are kept secret.",
    };
  if (parsed.hash !== "") return { field: "url", reason: "It must have no fragment." };
  return undefined;
}

const onlyOpenInference = ["name", "remoteVersion", "tensor", "outputs"] as const;
const onlyJson = ["request", "response"] as const;

function protocolFlaw(spec: HttpSpec): Flaw | undefined {
  const isJson = spec.protocol === "json";
  const stranger = (isJson ? onlyOpenInference : onlyJson).find((member) => spec[member] !== undefined);
  if (stranger !== undefined)
    return { field: stranger, reason: `It has no meaning with the protocol '${spec.protocol}'.` };
  if (!isJson) return spec.name ? undefined : { field: "name", reason: "It must name the model there." };
  return spec.request === undefined ? undefined : templateFlaw(spec.request);
}

function templateFlaw(request: JsonValue): Flaw | undefined {
  if (hasBuried(request))
    return {
      field: "request",
      reason: "Placeholders must be whole texts, without anything before or after them.",
    };
  if (rowsOf(request) !== undefined) return undefined;
  return {
    field: "request",
    reason: "One of its texts must be {{inputs}}, {{objects}}, {{input}} or {{object}}, where the values go.",
  };
}

/** The host follows from the URL. */
const NOT_SENT: ReadonlySet<string> = new Set([...connectionHeaders, "host"]);

function headersFlaw({ headers, credentials }: HttpSpec): Flaw | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const field = `headers/${name.slice(0, 100)}`;
    const lower = name.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return { field, reason: "It must be the name of a header." };
    if (NOT_SENT.has(lower)) return { field, reason: "It is made by the server and cannot be given." };
    if (lower === "authorization" && credentials)
      return { field, reason: "It must not be given beside 'credentials', which stand for it." };
    if (!isPlain(value)) return { field, reason: "It must be of printable ASCII characters." };
  }
  return undefined;
}

function credentialsFlaw({ credentials }: HttpSpec): Flaw | undefined {
  if (credentials?.type === "basic" && /[:\p{Cc}]/u.test(credentials.username))
    return { field: "credentials/username", reason: "It must hold no colon and no control characters." };
  if (credentials?.type === "bearer" && !/^[\x21-\x7e]+$/.test(credentials.token))
    return { field: "credentials/token", reason: "It must be of printable ASCII characters without blanks." };
  return undefined;
}

const isPlain = (value: string): boolean => /^[\t\x20-\x7e]*$/.test(value);
