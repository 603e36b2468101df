// The JavaScript mapper: scripts of the operator turn whatever devices say into the Ditto Protocol, and back.

import type { TwinError } from "../../base/errors.ts";
import { isArray, isObject, type JsonObject } from "../../base/json/json.ts";
import {
  bytesPayload,
  type ExternalHeaders,
  type ExternalMessage,
  textPayload,
} from "../external-message.ts";
import { engineNames } from "./class-names.ts";
import { DITTO_PROTOCOL } from "./content-type.ts";
import { mapperFailed, mappingFailed, refusalOf } from "./errors.ts";
import type { EngineParts, Mapper, MappingEngine, MappingLimits, ProtocolMessage } from "./mapper.ts";
import { blockedTypes, flagOption, textOption } from "./options.ts";
import { contentTypeOf, headerTexts, protocolMessage } from "./reading.ts";
import { ScriptFault } from "./sandbox/fault.ts";
import { hasLaxVariables, withLaxVariables } from "./sandbox/lax-variables.ts";
import { sourceOfLibrary } from "./sandbox/modules.ts";
import type { QuickJs } from "./sandbox/quickjs.ts";
import { openSandbox, type Sandbox, type Scripts } from "./sandbox/sandbox.ts";

/** Makes the engine; its scripts run in the QuickJS that is given. */
export const javaScript = (quickJs: QuickJs): MappingEngine => ({
  names: engineNames("JavaScript", "javascript.JavaScriptMessageMapperRhino"),
  needsDefinition: true,
  create({ options }, { limits }) {
    const scripts = scriptsOf(options, limits);
    const kept = keptSandbox(quickJs, scripts, limits);
    try {
      kept.use(() => undefined);
    } catch (error) {
      kept.close();
      throw error instanceof ScriptFault ? refusalOf(error, mapperFailed) : error;
    }
    return {
      blocked: blockedTypes(options),
      incoming:
        scripts.incomingScript === "" ? defaultIncoming : (message) => scriptedIncoming(kept, message),
      outgoing:
        scripts.outgoingScript === "" ? defaultOutgoing : (message) => scriptedOutgoing(kept, message),
      close: kept.close,
    };
  },
});

function scriptsOf(options: JsonObject, { scriptBytes }: EngineParts["limits"]): Scripts {
  const incomingScript = textOption(options, "incomingScript") ?? "";
  const outgoingScript = textOption(options, "outgoingScript") ?? "";
  for (const script of [incomingScript, outgoingScript])
    if (script.length > scriptBytes)
      throw mapperFailed(`A script has ${script.length} bytes, of which ${scriptBytes} are allowed.`);
  const libraries = [
    ...(flagOption(options, "loadLongJS", false) ? [sourceOfLibrary("long")] : []),
    ...(flagOption(options, "loadBytebufferJS", false) ? [sourceOfLibrary("bytebuffer")] : []),
  ];
  return { incomingScript, outgoingScript, libraries };
}

/** A sandbox that is opened anew when a message has broken it. */
interface KeptSandbox {
  use<T>(run: (sandbox: Sandbox) => T): T;
  close(): void;
}

/**
 * Where scripts fail as only those do that were written for variables as Rhino has them, they are run with such ones from then on.
 */
function keptSandbox(quickJs: QuickJs, written: Scripts, limits: MappingLimits): KeptSandbox {
  let scripts = written;
  let sandbox: Sandbox | undefined;
  const sandboxLimits = {
    timeMs: limits.scriptTimeMs,
    stackDepth: limits.scriptStackDepth,
    ...(limits.commonJsPath !== undefined && { modulePath: limits.commonJsPath }),
  };
  const close = () => {
    sandbox?.close();
    sandbox = undefined;
  };
  function opened(): Sandbox {
    if (sandbox && !sandbox.isUsable) close();
    sandbox ??= openSandbox(quickJs, scripts, sandboxLimits);
    return sandbox;
  }
  return {
    close,
    use(run) {
      try {
        return run(opened());
      } catch (error) {
        if (!(error instanceof ScriptFault) || scripts !== written || !hasLaxVariables(error)) throw error;
        close();
        scripts = withLaxVariables(written);
        return run(opened());
      }
    },
  };
}

function defaultIncoming(message: ExternalMessage): readonly JsonObject[] {
  return message.payload ? [protocolMessage(message.payload.text(), contentTypeOf(message))] : [];
}

const defaultOutgoing: Mapper["outgoing"] = (message) => [
  {
    headers: { ...headerTexts(message.json()), "content-type": DITTO_PROTOCOL },
    payload: textPayload(message.text()),
  },
];

function scriptedIncoming(kept: KeptSandbox, message: ExternalMessage): readonly JsonObject[] {
  const { headers, payload } = message;
  const refused = (reason: string) => mappingFailed(contentTypeOf(message), reason);
  const given = { headers: JSON.stringify(headers), text: payload?.text(), bytes: payload?.bytes() };
  const value = runScript(kept, (sandbox) => sandbox.incoming(given), refused);
  if (value === null) return [];
  return (isArray(value) ? value : [value]).map((one) => {
    if (!isObject(one))
      throw refused("The incoming script gave something that is no JSON object; null drops a message.");
    return one;
  });
}

function runScript<T>(
  kept: KeptSandbox,
  run: (sandbox: Sandbox) => T,
  refused: (reason: string) => TwinError,
): T {
  try {
    return kept.use(run);
  } catch (error) {
    throw error instanceof ScriptFault ? refusalOf(error, refused) : error;
  }
}

/** An external message as the sandbox tells it. */
interface Told {
  readonly headers: ExternalHeaders;
  readonly contentType?: string;
  readonly text?: string;
  /** Where the sandbox keeps the bytes. */
  readonly bytes?: number;
}

function scriptedOutgoing(kept: KeptSandbox, message: ProtocolMessage): readonly ExternalMessage[] {
  const refused = (reason: string) => mappingFailed(undefined, reason);
  return runScript(
    kept,
    (sandbox) => {
      const all = sandbox.outgoing(message.text()) as unknown as readonly Told[];
      return all.map((told) => externalMessage(told, sandbox));
    },
    refused,
  );
}

function externalMessage({ headers, contentType, text, bytes }: Told, sandbox: Sandbox): ExternalMessage {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    headers: contentType === undefined ? lower : { ...lower, "content-type": contentType },
    payload: bytes === undefined ? textPayload(text as string) : bytesPayload(sandbox.takeBytes(bytes)),
  };
}
