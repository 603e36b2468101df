// The seam of payload mapping: external messages ⇄ Ditto Protocol messages (connectivity-mapping page).

import type { JsonObject } from "../../base/json/json.ts";
import type { ExternalMessage } from "../external-message.ts";
import type { MappingDefinition } from "../model.ts";

/** A Ditto Protocol message on its way out; the one form is made of the other when it is asked for. */
export interface ProtocolMessage {
  text(): string;
  json(): JsonObject;
  /** The header `correlation-id`, where it is known without reading the message; absent, it is looked for in there. */
  correlationId?(): string | undefined;
}

/** One mapper as a connection uses it. All that it does is synchronous, bounded in time and memory, and changes nothing outside. */
export interface Mapper {
  /** Content types, lower-case, of which payloads are passed over; none of most mappers. */
  readonly blocked: ReadonlySet<string>;
  /**
   * What an incoming message stands for: Ditto Protocol messages, none where it is dropped. Throws a {@link TwinError}:
   * `connectivity:message.mapping.failed` or what the mapper refuses it with.
   */
  incoming(message: ExternalMessage, context: IncomingContext): readonly JsonObject[];
  /** What a Ditto Protocol message is told as; none where it is dropped. Throws like `incoming`. */
  outgoing(message: ProtocolMessage): readonly ExternalMessage[];
  /** Frees what it holds. */
  close(): void;
}

export interface IncomingContext {
  readonly connectionId: string;
  /** Where the message came in. */
  readonly address: string;
  /** Subjects of the source, resolved. */
  readonly subjects: readonly string[];
}

/** A kind of mapper: what stands for `mappingEngine`. */
export interface MappingEngine {
  /** `Ditto`, `JavaScript`, … first; then the older names by which it is known. */
  readonly names: readonly [string, ...string[]];
  /** Whether it can be used only by a definition, not by its name. */
  readonly needsDefinition: boolean;
  /**
   * Makes a mapper; refuses bad options with `connectivity:message.mapper.config.invalid`, saying which they are, and scripts that do
   * not run with `connectivity:message.mapper.config.failed`.
   */
  create(definition: Pick<MappingDefinition, "options">, parts: EngineParts): Mapper;
}

export interface EngineParts {
  readonly connectionId: string;
  readonly limits: MappingLimits;
  /** Whether the same definition has been tried before, so that scripts need not run before the first message. */
  readonly isChecked?: boolean;
}

/** Limits as operators set them. */
export interface MappingLimits {
  readonly scriptBytes: number;
  readonly scriptTimeMs: number;
  readonly scriptStackDepth: number;
  /** Absent: scripts can `require` nothing but the libraries that come with the server. */
  readonly commonJsPath?: string;
  /** How many messages one message may become. */
  readonly incomingMessages: number;
  readonly outgoingMessages: number;
  readonly sourceMappers: number;
  readonly targetMappers: number;
}
