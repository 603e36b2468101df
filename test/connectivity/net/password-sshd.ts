// An SSH server that takes one password: a real one knows only those of the accounts of its machine.

import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { Server } from "ssh2";

export interface PasswordSshd extends AsyncDisposable {
  readonly uri: string;
  /** How clients tried to prove themselves. */
  readonly methods: readonly string[];
}

export async function startPasswordSshd(password: string): Promise<PasswordSshd> {
  const hostKey = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  }).privateKey;
  const methods: string[] = [];
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      methods.push(context.method);
      if (context.method === "password" && context.password === password) context.accept();
      else context.reject(["password"]);
    });
    client.on("tcpip", (accept, _, { destIP, destPort }) => {
      const socket = connect(destPort, destIP).on("error", () => undefined);
      const channel = accept();
      channel.on("error", () => undefined);
      socket.pipe(channel).pipe(socket);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    uri: `ssh://127.0.0.1:${(server.address() as AddressInfo).port}`,
    methods,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}
