// A connection: a channel between this server and a broker or an HTTP endpoint (basic-connections page).

import type { JsonObject } from "../base/json/json.ts";

/** The transports of which connections are known; not all can be opened. */
export type ConnectionType =
  | "amqp-091"
  | "amqp-10"
  | "mqtt"
  | "mqtt-5"
  | "kafka"
  | "hono"
  | "http-push"
  | "nats";

/** What an operator wants a connection to be: open, or one of the others, which all are not. */
export type WantedStatus = "open" | "closed" | "failed" | "misconfigured" | "unknown";

export interface Connection {
  readonly id: string;
  readonly name?: string;
  readonly connectionType: ConnectionType;
  readonly connectionStatus: WantedStatus;
  /** `tls://user:password@host:port/path`; name and password are percent-encoded in it. */
  readonly uri: string;
  readonly credentials?: Credentials;
  /** Trusted certificates, PEM; absent: those of the system. */
  readonly ca?: string;
  readonly sources: readonly Source[];
  readonly targets: readonly Target[];
  readonly sshTunnel?: SshTunnel;
  /** How many clients of the broker serve this connection. */
  readonly clientCount: number;
  /** Whether a lost connection is made again. */
  readonly failoverEnabled: boolean;
  readonly validateCertificates: boolean;
  readonly processorPoolSize: number;
  /** Options of the transport, by name. */
  readonly specificConfig: Readonly<Record<string, string>>;
  readonly mappingDefinitions: Readonly<Record<string, MappingDefinition>>;
  readonly tags: readonly string[];
}

/** Where messages come from. */
export interface Source {
  /** Queues, topics or filters of topics. */
  readonly addresses: readonly string[];
  readonly consumerCount: number;
  readonly qos?: number;
  /** Subjects; they may hold placeholders of the message. */
  readonly authorizationContext: readonly string[];
  readonly enforcement?: Enforcement;
  readonly acknowledgementRequests?: AcknowledgementRequests;
  readonly headerMapping: HeaderMapping;
  /** IDs of mapping definitions, or aliases of mappers, in their order; none stands for `Ditto`. */
  readonly payloadMapping: readonly string[];
  readonly replyTarget?: ReplyTarget;
  /** Labels of the acknowledgements that may come by this source. */
  readonly declaredAcks: readonly string[];
}

/** What the addresses of a source are counted and reported by: those of MQTT as one, as in Ditto. */
export const addressesOf = ({ connectionType }: Connection, { addresses }: Source): readonly string[] =>
  connectionType === "mqtt" || connectionType === "mqtt-5" ? [addresses.join(";")] : addresses;

/** The header of a signal or message → the template of its value. */
export type HeaderMapping = Readonly<Record<string, string>>;

export interface Enforcement {
  readonly input: string;
  readonly filters: readonly string[];
}

export interface AcknowledgementRequests {
  readonly includes: readonly string[];
  /** A pipeline of functions; acknowledgements are requested where it leaves something. */
  readonly filter?: string;
}

export type ResponseType = "response" | "error" | "nack";

export interface ReplyTarget {
  readonly enabled: boolean;
  readonly address: string;
  readonly headerMapping: HeaderMapping;
  readonly expectedResponseTypes: readonly ResponseType[];
}

/** What a target can be told of. */
export type TopicName =
  | "_/_/things/twin/events"
  | "_/_/things/live/commands"
  | "_/_/things/live/events"
  | "_/_/things/live/messages"
  | "_/_/policies/announcements"
  | "_/_/connections/announcements";

/** A topic with what narrows it down. */
export interface FilteredTopic {
  readonly topic: TopicName;
  readonly namespaces: readonly string[];
  readonly filter?: string;
  readonly extraFields?: string;
}

/** Where messages go to. */
export interface Target {
  /** May hold placeholders of the signal. */
  readonly address: string;
  readonly topics: readonly FilteredTopic[];
  readonly qos?: number;
  readonly authorizationContext: readonly string[];
  /** Label of the acknowledgement that is issued when the message has arrived. */
  readonly issuedAcknowledgementLabel?: string;
  readonly headerMapping: HeaderMapping;
  readonly payloadMapping: readonly string[];
}

export interface MappingDefinition {
  readonly mappingEngine: string;
  readonly options: JsonObject;
  /** Each a pipeline of functions; the mapper is passed over where one leaves nothing. */
  readonly incomingConditions: Readonly<Record<string, string>>;
  readonly outgoingConditions: Readonly<Record<string, string>>;
}

export interface SshTunnel {
  readonly enabled: boolean;
  readonly credentials: PlainCredentials | PublicKeyCredentials;
  readonly validateHost: boolean;
  /** Fingerprints of the host's keys, `SHA256:…` or `MD5:…`. */
  readonly knownHosts: readonly string[];
  /** `ssh://host:port` */
  readonly uri: string;
}

export type Credentials =
  | ClientCertificate
  | HmacCredentials
  | OAuthClientCredentials
  | OAuthPassword
  | PlainCredentials
  | PublicKeyCredentials;

export interface ClientCertificate {
  readonly type: "client-cert";
  /** PEM. */
  readonly cert?: string;
  readonly key?: string;
}

export interface HmacCredentials {
  readonly type: "hmac";
  readonly algorithm: string;
  readonly parameters: JsonObject;
}

interface OAuth {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** Between blanks. */
  readonly requestedScopes: string;
  readonly audience?: string;
}

export interface OAuthClientCredentials extends OAuth {
  readonly type: "oauth-client-credentials";
  readonly clientSecret: string;
}

export interface OAuthPassword extends OAuth {
  readonly type: "oauth-password";
  readonly clientSecret?: string;
  readonly username: string;
  readonly password: string;
}

export interface PlainCredentials {
  readonly type: "plain";
  readonly username: string;
  readonly password: string;
}

export interface PublicKeyCredentials {
  readonly type: "public-key";
  readonly username: string;
  readonly publicKey: string;
  readonly privateKey: string;
}
