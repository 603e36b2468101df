/** What the operator of the server has set for all connections that push over HTTP; times in milliseconds. */
export interface HttpPushSettings {
  /** How many messages of one client wait for their request. */
  readonly maxQueueSize: number;
  readonly requestTimeout: number;
  /** Methods with which no body is sent. */
  readonly omitRequestBody: readonly string[];
  /** Absent where requests go straight to the endpoint. */
  readonly proxy: HttpProxy | undefined;
  /** How long before its end an access token is replaced. */
  readonly maxClockSkew: number;
  /** Whether token endpoints must have https URLs. */
  readonly enforceHttps: boolean;
  /** How long an answer may be, in bytes, where a publication does not say. */
  readonly maxAnswerBytes: number;
}

/** A proxy that takes CONNECT. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}
