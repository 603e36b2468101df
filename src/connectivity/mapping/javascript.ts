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
import type { Blocks, Place } from "./sandbox/blocks.ts";
import { ScriptFault } from "./sandbox/fault.ts";
import { Fuse } from "./sandbox/fuse.ts";
import { hasLaxVariables, withLaxVariables } from "./sandbox/lax-variables.ts";
import { sourceOfLibrary } from "./sandbox/modules.ts";
import type { QuickJs } from "./sandbox/quickjs.ts";
import { openSandbox, type Sandbox, type Scripts } from "./sandbox/sandbox.ts";

/** Makes the engine; its scripts live in the blocks that are given. */
export const javaScript = (blocks: Blocks): MappingEngine => ({
  names: engineNames("JavaScript", "javascript.JavaScriptMessageMapperRhino"),
  needsDefinition: true,
  create({ options }, { limits, isChecked = false }) {
    const scripts = scriptsOf(options, limits);
    const kept = made(() => keptSandbox(blocks.enter(), scripts, limits));
    if (!isChecked) check(kept);
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

/** Runs the scripts once. Where they do not run, nothing stays. */
function check(kept: KeptSandbox): void {
  try {
    made(() => kept.use(() => undefined));
  } catch (error) {
    kept.close();
    throw error;
  }
}

function made<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof ScriptFault ? refusalOf(error, mapperFailed) : error;
  }
}

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

/** A sandbox that is opened anew when a message has broken it, and left alone for a while when that comes again and again. */
interface KeptSandbox {
  use<T>(run: (sandbox: Sandbox) => T): T;
  close(): void;
}

/**
 * Where scripts fail as only those do that were written for variables as Rhino has them, they are run with such ones from then on.
 */
function keptSandbox(place: Place, written: Scripts, limits: MappingLimits): KeptSandbox {
  let scripts = written;
  let sandbox: Sandbox | undefined;
  const fuse = new Fuse();
  const sandboxLimits = {
    timeMs: limits.scriptTimeMs,
    stackDepth: limits.scriptStackDepth,
    ...(limits.commonJsPath !== undefined && { modulePath: limits.commonJsPath }),
  };
  const closeSandbox = () => {
    sandbox?.close();
    sandbox = undefined;
  };
  function opened(quickJs: QuickJs): Sandbox {
    if (sandbox && !sandbox.isUsable) closeSandbox();
    sandbox ??= openSandbox(quickJs, scripts, sandboxLimits);
    return sandbox;
  }
  function useIn<T>(quickJs: QuickJs, run: (sandbox: Sandbox) => T): T {
    try {
      return run(opened(quickJs));
    } catch (error) {
      if (!(error instanceof ScriptFault) || scripts !== written || !hasLaxVariables(error)) throw error;
      closeSandbox();
      scripts = withLaxVariables(written);
      return run(opened(quickJs));
    }
  }
  return {
    use(run) {
      fuse.check(performance.now());
      try {
        const result = place.use((quickJs) => useIn(quickJs, run));
        fuse.worked();
        return result;
      } catch (error) {
        const isOpen = sandbox !== undefined;
        if (!isOpen || (error instanceof ScriptFault && error.limit)) fuse.failed(performance.now());
        throw error;
      }
    },
    close() {
      closeSandbox();
      place.leave();
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
  const text = payload?.isText ? payload.text() : undefined;
  const given = { headers, text, bytes: payload?.bytes() };
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
