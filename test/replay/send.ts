import { type Agent, request as httpRequest } from "node:http";
import type { OurResponse } from "./compare.ts";
import type { Header, WireRequest } from "./recording.ts";

/** Sends a request without touching its path or headers; a connection broken off counts as status 0. */
export function send(url: string, request: WireRequest, agent?: Agent): Promise<OurResponse> {
  const { hostname, port } = new URL(url);
  const length = request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) };
  return new Promise((resolve) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method: request.method,
        path: request.path,
        headers: { ...request.headers, ...length },
        timeout: 20_000,
        ...(agent ? { agent } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: pairs(response.rawHeaders),
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
        response.on("error", fail);
      },
    );
    const fail = (error: Error) => resolve({ status: 0, headers: [], body: error.message });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 20 s")));
    outgoing.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: [], body: "" });
    });
    outgoing.on("error", fail);
    outgoing.end(request.body);
  });
}

const pairs = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ""] as const] : []));
