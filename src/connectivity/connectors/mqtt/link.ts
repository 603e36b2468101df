// One connection of one client to a broker: bytes to packets and back, and whether the broker is still there.
//
// The packets are mqtt-packet's; mqtt.js above it acknowledges a message before it looks at the next one, so that it cannot keep many
// in work and settle them later.
//
// opening → open (the broker accepts) → closed; or opening → closed.

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { generate, type IConnackPacket, type IConnectPacket, type Packet } from "mqtt-packet";
import { socketOptions, type TlsOptions } from "../../net/tls.ts";
import { ConnectFailure, type Endpoint } from "../connector.ts";
import { reasonText, refusal, socketFailure } from "./failures.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Packets, type TooLarge } from "./packets.ts";

/** To have the answer to CONNECT. */
const CONNECT_WITHIN_MS = 30_000;
/** For what is written to get out before the socket is closed. */
const END_WITHIN_MS = 1_000;

export interface LinkParts {
  readonly endpoint: Endpoint;
  readonly tls: TlsOptions | undefined;
  readonly connect: IConnectPacket;
  /** How large a packet of the broker may be. */
  readonly maxPacketBytes: number;
}

export interface LinkEvents {
  /** After the answer to CONNECT. */
  packet(packet: Packet): void;
  /** A message was passed over. */
  tooLarge(message: TooLarge): void;
  /** More can be written again. */
  writable(): void;
  /** The link is lost; once, and not when it was closed from here. */
  lost(reason: Error): void;
}

export class Link {
  readonly #connect: IConnectPacket;
  readonly #events: LinkEvents;
  readonly #socket: Socket;
  readonly #options: { readonly protocolVersion: number };
  readonly #keepAlive: KeepAlive;
  readonly #accepted = Promise.withResolvers<IConnackPacket>();
  #state: "opening" | "open" | "closed" = "opening";
  #isCorked = false;

  constructor({ endpoint, tls, connect, maxPacketBytes }: LinkParts, events: LinkEvents) {
    this.#connect = connect;
    this.#events = events;
    this.#options = { protocolVersion: connect.protocolVersion ?? 4 };
    this.#keepAlive = new KeepAlive(
      () => this.write(PINGREQ),
      (reason) => this.#fail(reason),
    );
    this.#socket = openSocket(endpoint, tls);
    this.#listen(tls === undefined ? "connect" : "secureConnect", maxPacketBytes);
  }

  /** Resolves with the answer of the broker that accepts; rejects with a {@link ConnectFailure}. */
  async open(): Promise<IConnackPacket> {
    const late = new ConnectFailure("The broker does not answer in time.", false);
    const timer = setTimeout(() => this.#fail(late), CONNECT_WITHIN_MS);
    try {
      return await this.#accepted.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a packet. Throws where it is not one. Says whether there is room for more. */
  send(packet: Packet): boolean {
    const bytes = generate(packet, this.#options);
    // So it answers to some of what it cannot write.
    if (bytes.length === 0) throw new Error(`A packet ${packet.cmd} that cannot be written.`);
    return this.write(bytes);
  }

  /** Sends packets that are bytes already; those of one turn of the event loop go out together. */
  write(bytes: Buffer): boolean {
    if (this.#state === "closed") return false;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    return this.#socket.write(bytes);
  }

  /** Reads no more until `resume`; the broker is taken to be alive meanwhile. */
  pause(): void {
    this.#socket.pause();
    this.#keepAlive.isBlind = true;
  }

  resume(): void {
    this.#keepAlive.isBlind = false;
    this.#socket.resume();
  }

  /** Takes leave of the broker, so that it does not send the last will. Resolves when the socket is closed. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (this.#state === "closed" || socket.closed) return;
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const wasOpen = this.#state === "open";
    if (wasOpen) this.write(DISCONNECT);
    this.#shut(new ConnectFailure("The connection was closed while it was made.", false));
    if (wasOpen) socket.resume().end();
    else socket.destroy();
    const timer = setTimeout(() => socket.destroy(), END_WITHIN_MS);
    await closed;
    clearTimeout(timer);
  }

  #listen(ready: "connect" | "secureConnect", maxBytes: number): void {
    const packets = new Packets({
      ...{ ...this.#options, maxBytes },
      packet: (packet) => this.#take(packet),
      tooLarge: (message) => this.#passedOver(message),
      failed: (error) => this.#fail(error),
    });
    this.#socket
      .once(ready, () => this.#try(() => this.send(this.#connect), "The client cannot introduce itself."))
      .on("data", (bytes) => {
        this.#keepAlive.heard();
        if (this.#state !== "closed")
          this.#try(() => packets.read(bytes), "The broker sent what is not MQTT.");
      })
      .on("drain", () => this.#events.writable())
      .on("error", (error) => this.#fail(error))
      .on("close", () => this.#fail(new ConnectFailure("The broker has closed the connection.", true)));
  }

  #try(work: () => unknown, failure: string): void {
    try {
      work();
    } catch (error) {
      this.#fail(new Error(failure, { cause: error }));
    }
  }

  #take(packet: Packet): void {
    if (this.#state === "opening") this.#answered(packet);
    else if (this.#state === "closed" || packet.cmd === "pingresp") return;
    else if (packet.cmd === "disconnect") this.#fail(new Error(leaveText(packet.reasonCode ?? 0)));
    else this.#events.packet(packet);
  }

  #passedOver(message: TooLarge): void {
    if (this.#state === "opening") this.#fail(new ConnectFailure("This is no MQTT broker.", true));
    else if (this.#state === "open") this.#events.tooLarge(message);
  }

  #answered(packet: Packet): void {
    const refused =
      packet.cmd === "connack" ? refusal(packet) : new ConnectFailure("This is no MQTT broker.", true);
    if (refused) this.#fail(refused);
    else if (packet.cmd === "connack") this.#begin(packet);
  }

  #begin(connack: IConnackPacket): void {
    this.#state = "open";
    this.#keepAlive.start(connack.properties?.serverKeepAlive ?? this.#connect.keepalive ?? 0);
    this.#accepted.resolve(connack);
  }

  #fail(reason: Error): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#shut(reason);
    this.#socket.destroy();
    if (wasOpen) this.#events.lost(reason);
  }

  #shut(reason: Error): void {
    const wasOpening = this.#state === "opening";
    this.#state = "closed";
    this.#keepAlive.stop();
    if (wasOpening) this.#accepted.reject(socketFailure(reason));
  }
}

const PINGREQ = Buffer.of(0xc0, 0);
const DISCONNECT = Buffer.of(0xe0, 0);

const leaveText = (code: number): string => `The broker has ended the connection: ${reasonText(code)}.`;

function openSocket({ host, port }: Endpoint, tls: TlsOptions | undefined): Socket {
  if (tls === undefined) return connectTcp({ host, port, noDelay: true });
  return connectTls({ ...socketOptions(tls), host, port }).setNoDelay();
}
