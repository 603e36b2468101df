import { parseArgs } from "node:util";
import { type Login, quickStart } from "./ditto-clients.ts";

export const usage = `npm run demo -- [options]
  --factories N    factories to simulate (default: 5)
  --sensors N      machines with sensors in each factory, each a twin of its own (default: 100)
  --rate N         readings per second, of all factories together (default: 500)
  --seconds N      how long to run (default: until Ctrl-C)
  --url URL        use a running server instead of starting one; what the demo made there is removed at the end
  --user NAME:PASS who to be on it (default: ditto:ditto)`;

export interface Options {
  readonly factories: number;
  readonly sensors: number;
  readonly rate: number;
  readonly seconds: number | undefined;
  readonly url: string | undefined;
  readonly login: Login;
}

/** Reads the command line; what is wrong with it is an error with the usage. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      factories: { type: "string", default: "5" },
      sensors: { type: "string", default: "100" },
      rate: { type: "string", default: "500" },
      seconds: { type: "string" },
      url: { type: "string" },
      user: { type: "string" },
    },
  });
  return {
    factories: positive("factories", values.factories),
    sensors: positive("sensors", values.sensors),
    rate: positive("rate", values.rate),
    seconds: values.seconds === undefined ? undefined : positive("seconds", values.seconds),
    url: values.url?.replace(/\/$/, ""),
    login: values.user === undefined ? quickStart : loginOf(values.user),
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`--${name} ${text} is no positive number\n${usage}`);
}

function loginOf(text: string): Login {
  const colon = text.indexOf(":");
  if (colon < 1) throw new Error(`--user must be NAME:PASS\n${usage}`);
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
