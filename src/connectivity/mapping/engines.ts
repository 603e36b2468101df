// All kinds of mappers, by their names.

import { cloudEvents } from "./cloud-events.ts";
import { connectionStatus } from "./connection-status.ts";
import { ditto } from "./ditto.ts";
import { implicitThingCreation } from "./implicit-thing-creation.ts";
import { javaScript } from "./javascript.ts";
import type { MappingEngine } from "./mapper.ts";
import { normalized } from "./normalized.ts";
import { rawMessage } from "./raw-message.ts";
import { Blocks } from "./sandbox/blocks.ts";
import { updateTwinWithLiveResponse } from "./update-twin.ts";

/** The engines by each of their names. */
export type MappingEngines = ReadonlyMap<string, MappingEngine>;

/** Loads the engines; scripts have so many bytes of memory together, and any one of them no more than the other number. */
export async function loadMappingEngines(
  scriptMemoryBytes: number,
  oneScriptBytes = scriptMemoryBytes,
): Promise<MappingEngines> {
  const blocks = await Blocks.open({ totalBytes: scriptMemoryBytes, blockBytes: oneScriptBytes });
  const engines = [
    ...[ditto, cloudEvents, connectionStatus, implicitThingCreation],
    javaScript(blocks),
    ...[normalized, rawMessage, updateTwinWithLiveResponse],
  ];
  return new Map(engines.flatMap((engine) => engine.names.map((name) => [name, engine] as const)));
}
