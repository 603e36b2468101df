// Behaves towards its starter as the server does, and answers each request with what it was asked.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

if (process.env.FAKE_FAILURE) {
  console.error(process.env.FAKE_FAILURE);
  process.exit(3);
}
const server = createServer((request, response) => {
  response.end(JSON.stringify({ path: request.url, authorization: request.headers.authorization }));
});
server.listen(Number(process.env.HTTP_PORT), "127.0.0.1", () => {
  if (process.env.FAKE_SILENCE) return;
  console.log(`Pollux is listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("SIGTERM", () => {
  console.log("stopped in order");
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
