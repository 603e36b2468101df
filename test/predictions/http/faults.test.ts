import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { AnswerTo } from "../../support/brokers/https.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";
import { faultOf, httpParts, open, predict, says, served, specFor, sums } from "./models.ts";

const answers: readonly { of: string; answer: AnswerTo; reason: string; says: string }[] = [
  {
    of: "a page of HTML",
    answer: says("<!DOCTYPE html><p>hi", 200, { "content-type": "text/html" }),
    reason: "bad-output",
    says: "a page of HTML instead of JSON",
  },
  { of: "nothing", answer: says(""), reason: "bad-output", says: "answers 200 with nothing" },
  {
    of: "no content",
    answer: (_, response) => response.writeHead(204).end(),
    reason: "bad-output",
    says: "answers 204 with nothing",
  },
  { of: "half a JSON", answer: says('{"predictions":[1,'), reason: "bad-output", says: "no JSON" },
  { of: "NaN", answer: says('{"predictions":[1,NaN,3]}'), reason: "bad-output", says: "NaN or Infinity" },
  {
    of: "JSON too deep",
    answer: says(`${"[".repeat(40_000)}${"]".repeat(40_000)}`),
    reason: "bad-output",
    says: "nested deeper",
  },
  {
    of: "numbers out of range",
    answer: says('{"predictions":[1e999]}'),
    reason: "bad-output",
    says: "out of range",
  },
  {
    of: "bytes that are no UTF-8",
    answer: (_, response) => response.end(Buffer.from([0x22, 0xff, 0x22])),
    reason: "bad-output",
    says: "no UTF-8",
  },
  {
    of: "an unknown encoding",
    answer: says("{}", 200, { "content-encoding": "lzma" }),
    reason: "bad-output",
    says: "was not asked for",
  },
  {
    of: "broken gzip",
    answer: says("{}", 200, { "content-encoding": "gzip" }),
    reason: "bad-output",
    says: "cannot be unpacked",
  },
  {
    of: "a redirect",
    answer: says("{}", 302, { location: "http://127.0.0.1:1/" }),
    reason: "refused",
    says: "redirects are not followed",
  },
  {
    of: "401",
    answer: says({ detail: "Who are you?" }, 401),
    reason: "refused",
    says: "answers 401: Who are you?.",
  },
  {
    of: "422 of FastAPI",
    answer: says({ detail: [{ loc: ["body"] }] }, 422),
    reason: "refused",
    says: '422: [{"loc":["body"]}]',
  },
  {
    of: "500",
    answer: says({ error: "Traceback" }, 500),
    reason: "unavailable",
    says: "answers 500: Traceback.",
  },
  { of: "503 in HTML", answer: says("<p>no", 503), reason: "unavailable", says: "answers 503." },
  { of: "429", answer: says({}, 429), reason: "overloaded", says: "answers 429." },
  {
    of: "what is no HTTP",
    answer: (_, response) => response.socket?.end("SSH-2.0-dropbear\r\n"),
    reason: "bad-output",
    says: "does not answer in HTTP/1.1",
  },
  {
    of: "endless headers",
    answer: says("{}", 200, { "x-long": "x".repeat(20_000) }),
    reason: "bad-output",
    says: "does not answer in HTTP/1.1",
  },
  {
    of: "a reset",
    answer: (_, response) => response.socket?.resetAndDestroy(),
    reason: "unavailable",
    says: "cannot be reached",
  },
  {
    of: "less than it promised",
    answer: (_, response) =>
      response.writeHead(200, { "content-length": 100 }).end("{", () => response.socket?.destroy()),
    reason: "unavailable",
    says: "cannot be reached",
  },
];
for (const { of, answer, reason, says: words } of answers) {
  test(`a server that answers with ${of} gives ${reason}`, async () => {
    await using at = await served(answer);

    const fault = await faultOf(predict(at.model));

    expect(fault.message).toContain(words);
    expect(fault.reason).toBe(reason);
    expect(fault.message.length).toBeLessThan(500);
    expect(at.endpoint.received).toHaveLength(1);
  });
}

test("an answer is bounded, and its connection ended with it", async () => {
  let sent = 0;
  await using at = await served((_, response) => {
    const chunk = Buffer.alloc(10_000, 0x20);
    const timer = setInterval(() => response.write(chunk, () => sent++), 1);
    response.on("close", () => clearInterval(timer));
  });

  const fault = await faultOf(predict(at.model));

  expect(fault).toMatchObject({
    reason: "bad-output",
    message: expect.stringContaining("more than 100000 bytes"),
  });
  expect(sent).toBeLessThan(100);
});

const bomb = Buffer.alloc(50_000_000, 0x20);
for (const [encoding, bytes] of [
  ["gzip", gzipSync(bomb)],
  ["br", brotliCompressSync(bomb, { params: {} })],
] as const) {
  test(`an answer is bounded when it is unpacked, too: ${encoding}`, async () => {
    await using at = await served((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bytes);
    });

    const fault = await faultOf(predict(at.model));

    expect(bytes.length).toBeLessThan(100_000);
    expect(fault).toMatchObject({
      reason: "bad-output",
      message: expect.stringContaining("more than 100000 bytes"),
    });
  });
}

test("an answer that is packed though nobody asked for it is read", async () => {
  await using at = await served((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"predictions":[1,2,3]}'));
  });

  expect(await predict(at.model)).toHaveLength(3);
  expect(at.endpoint.received[0]?.headers["accept-encoding"]).toBe("identity");
});

test("a server that hangs is left after the time of a request", async () => {
  await using at = await served(() => undefined, { timeoutMs: 100 });

  const fault = await faultOf(predict(at.model));

  expect(fault).toMatchObject({ reason: "timeout", message: expect.stringContaining("within 100 ms") });
});

test("bytes that trickle do not extend the time", async () => {
  await using at = await served(
    (_, response) => {
      const timer = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(timer));
    },
    { timeoutMs: 150 },
  );
  const began = performance.now();

  const fault = await faultOf(predict(at.model));

  expect(fault.reason).toBe("timeout");
  expect(performance.now() - began).toBeLessThan(1_500);
});

test("a prediction that is aborted rejects soon, and its connection ends", async () => {
  await using at = await served(() => undefined, { timeoutMs: 60_000, retries: 2 });
  const controller = new AbortController();
  const prediction = faultOf(at.model.predict([[1, 2]], controller.signal));
  await expect.poll(() => at.endpoint.received.length).toBe(1);

  controller.abort();

  expect((await prediction).reason).toBe("timeout");
  await expect.poll(() => at.endpoint.mostAtOnce).toBe(1);
});

test("closing ends what is under way, and nothing stays open", async () => {
  const endpoint = await startHttpEndpoint();
  await using _ = endpoint;
  let open = 0;
  endpoint.answer((_, { socket }) => {
    open++;
    socket?.on("close", () => open--);
  });
  const some = { timeoutMs: 60_000, request: ["{{input}}"] };
  const model = await openModel(endpoint.port, some);
  const prediction = faultOf(
    predict(
      model,
      Array.from({ length: 10 }, () => [1, 2]),
    ),
  );
  await expect.poll(() => open).toBe(4);

  await model.close();

  expect(await prediction).toMatchObject({ reason: "unavailable", message: "The model was closed." });
  await expect.poll(() => open).toBe(0);
  expect(await faultOf(predict(model))).toMatchObject({ message: "The model was closed." });
  expect(endpoint.received).toHaveLength(4);
});

const openModel = (port: number, some: Parameters<typeof specFor>[1]) => open(specFor(port, some), httpParts);

test("where one of several requests fails the others are broken off", async () => {
  let brokenOff = 0;
  await using at = await served(
    (request, response) => {
      if (String(request.body) === "[[2,0]]") says({ error: "no" }, 400)(request, response);
      else response.on("close", () => brokenOff++);
    },
    { request: ["{{input}}"], timeoutMs: 60_000 },
  );

  const fault = await faultOf(
    predict(
      at.model,
      [0, 1, 2, 3, 4, 5, 6].map((n) => [n, 0]),
    ),
  );

  expect(fault.reason).toBe("refused");
  await expect.poll(() => brokenOff).toBe(3);
});

test("a host that must not be used is not connected to, for no socket, and why is told", async () => {
  const asked: string[] = [];
  const endpoint = await startHttpEndpoint();
  await using _ = endpoint;
  endpoint.answer(sums);
  const resolve = async (host: string) => {
    asked.push(host);
    if (asked.length > 1) throw new Error("The host 'models.example' is blocked.");
    return [{ address: "127.0.0.1", family: 4 }];
  };
  const url = `http://models.example:${endpoint.port}/`;
  const model = await open(specFor(endpoint.port, { url, retries: 3 }), { resolve });
  await predict(model);
  await endpoint.stop();
  await endpoint.start();

  const fault = await faultOf(predict(model));

  expect(fault).toMatchObject({ reason: "unavailable", message: "The host 'models.example' is blocked." });
  expect(asked).toEqual(["models.example", "models.example"]);
  expect(endpoint.received).toHaveLength(1);
  await model.close();
});

test("a server that never shakes hands over TLS is left in time, and closing does not wait for it", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    socket.resume();
  });
  await once(silent.listen(0, "127.0.0.1"), "listening");
  const { port } = silent.address() as AddressInfo;
  const model = await open(specFor(port, { url: `https://127.0.0.1:${port}/`, timeoutMs: 100 }));

  const fault = await faultOf(predict(model));
  const began = performance.now();
  await model.close();

  expect(fault.reason).toBe("timeout");
  expect(performance.now() - began).toBeLessThan(1_000);
  await expect.poll(() => sockets.size).toBe(0);
  silent.close();
});
