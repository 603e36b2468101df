// A client of NATS that says anything, word by word of its protocol.

import { once } from "node:events";
import { connect } from "node:net";

export interface NatsClient {
  /** Sends a line of the protocol. */
  say(line: string): void;
  /** Resolves when the server has read all that was said. */
  told(): Promise<void>;
  /** Sends a line, and gives what the server says is wrong with it. */
  refusalOf(line: string): Promise<string>;
  end(): void;
}

/** Logs in; rejects with the words of the server that refuses. */
export async function credentials(uri: string, user: string, pass: string): Promise<NatsClient> {
  const { hostname, port } = new URL(uri);
  const socket = connect(Number(port), hostname);
  let said = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  socket.on("error", () => undefined); // told by what comes, or does not
  await once(socket, "connect");
  const say = (line: string) => socket.write(`${line}\r\n`);

  async function until(word: RegExp): Promise<string> {
    const end = Date.now() + 5_000;
    for (;;) {
      const found = word.exec(said)?.[0];
      if (found !== undefined) {
        said = "";
        return found;
      }
      if (Date.now() > end) throw new Error(`The server says nothing like ${word}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  say(`CONNECT ${JSON.stringify({ user, pass, verbose: false, protocol: 1, headers: true })}\r\nPING`);
  const answer = await until(/PONG|-ERR [^\r\n]*/);
  if (answer !== "PONG") throw new Error(answer);
  return {
    say,
    async told() {
      say("PING");
      await until(/PONG/);
    },
    async refusalOf(line) {
      say(line);
      return until(/-ERR [^\r\n]*/);
    },
    end: () => socket.destroy(),
  };
}
