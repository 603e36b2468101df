// Who caused something, told from one member of a cluster to another.

import { isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";

/** What a prediction has as its cause: the predictors whose writes led to it. */
export interface PredictionOrigin {
  readonly predictors: ReadonlySet<string>;
}

/** A cause that is a connection, whichever of its clients on whichever member: nothing comes back to any of them. */
export interface ConnectionOrigin {
  readonly connectionId: string;
}

/** A cause that another member knows: where it came in, and by which number that one knows the session; absent where nobody is to be spared. */
export class RemoteOrigin {
  readonly member: string;
  readonly session: number | undefined;
  /** Set where it is a {@link ConnectionOrigin}. */
  readonly connectionId: string | undefined;

  constructor(member: string, session: number | undefined, connectionId?: string) {
    this.member = member;
    this.session = session;
    this.connectionId = connectionId;
  }
}

/** Turns causes of one member into JSON and back. */
export interface Origins {
  /** What to tell another member of a cause; `null` where there is none. */
  print(origin: object | undefined): JsonValue;
  /** The cause that a member told of: the object itself where it is one of this member's that is still there. */
  read(printed: JsonValue | undefined, from: string): object | undefined;
  /** The member at which a cause came in. */
  memberOf(origin: object | undefined): string;
}

/** Makes those of the member `self`. Sessions are held weakly, so that what is remembered goes with them. */
export function originsOf(self: string): Origins {
  const numbers = new WeakMap<object, number>();
  const sessions = new Map<number, WeakRef<object>>();
  const gone = new FinalizationRegistry<number>((number) => sessions.delete(number));
  let last = 0;

  function numberOf(session: object): number {
    const known = numbers.get(session);
    if (known !== undefined) return known;
    last++;
    numbers.set(session, last);
    sessions.set(last, new WeakRef(session));
    gone.register(session, last);
    return last;
  }

  return {
    print(origin) {
      if (!origin) return null;
      if (isPrediction(origin)) return { predictors: [...origin.predictors] };
      const known = origin instanceof RemoteOrigin ? origin : { member: self, session: numberOf(origin) };
      return { ...memberAndSession(known), ...connectionOf(origin) };
    },

    read(printed, from) {
      if (!isObject(printed)) return new RemoteOrigin(from, undefined);
      const { predictors, member, session, connectionId } = printed;
      if (isArray(predictors)) return { predictors: new Set(predictors.map(String)) };
      if (typeof member !== "string") return new RemoteOrigin(from, undefined);
      const number = typeof session === "number" ? session : undefined;
      if (member !== self)
        return new RemoteOrigin(member, number, typeof connectionId === "string" ? connectionId : undefined);
      return number === undefined ? undefined : sessions.get(number)?.deref();
    },

    memberOf: (origin) => (origin instanceof RemoteOrigin ? origin.member : self),
  };
}

const memberAndSession = ({ member, session }: Pick<RemoteOrigin, "member" | "session">): JsonObject => ({
  member,
  ...(session !== undefined && { session }),
});

const connectionOf = (origin: object): JsonObject =>
  "connectionId" in origin && typeof origin.connectionId === "string"
    ? { connectionId: origin.connectionId }
    : {};

const isPrediction = (origin: object): origin is PredictionOrigin =>
  "predictors" in origin && origin.predictors instanceof Set;
