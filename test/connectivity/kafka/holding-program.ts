// A process of its own that accepts the first messages of a source and holds the others: `node holding-program.ts port topic count`.

import { openClient } from "./world.ts";

const [port = "", topic = "", count = ""] = process.argv.slice(2);
let left = Number(count);
await openClient({
  port: Number(port),
  id: topic,
  sources: [{ addresses: [topic] }],
  received(message) {
    if (left-- > 0) message.settle("accept");
    return true;
  },
});
