// An environment holds many variables of other programs, so an unknown name proves nothing by itself. Two kinds of
// names are refused: those that begin with POLLUX_, since no setting does, and near misses of a setting's name.

import { settings } from "./settings.ts";

const known: readonly string[] = Object.values(settings).flatMap(({ names }) => names);

/** One sentence for each variable that was most likely meant for us but would have no effect. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || known.includes(name) || madeByKubernetes(name, value)) return [];
    const meant = known.find((candidate) => nearMiss(name, candidate));
    if (meant) return [`${name} is no setting of Pollux; did you mean ${meant}?`];
    return name.startsWith("POLLUX_")
      ? [`${name} is no setting of Pollux; the names of its settings do not begin with POLLUX_`]
      : [];
  });
}

const bare = (name: string): string =>
  name
    .replace(/^(POLLUX|DITTO)_/, "")
    .replaceAll(/[_-]/g, "")
    .toUpperCase();

/** Short names are left alone: USER, which every shell sets, is one letter away from USERS. */
function nearMiss(name: string, candidate: string): boolean {
  if (name.startsWith("POLLUX_")) return bare(name) === bare(candidate);
  if (candidate.length < 8 || !candidate.includes("_")) return false;
  return bare(name) === bare(candidate) || oneEditApart(name.toUpperCase(), candidate);
}

/** Whether one letter added, left out, replaced or swapped with its neighbour turns one text into the other. */
function oneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  );
}

/** A service named `pollux` gives every pod near it variables such as POLLUX_PORT=tcp://10.0.0.1:80. */
const madeByKubernetes = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_/.test(name) || /^(tcp|udp|sctp):\/\//.test(value);
