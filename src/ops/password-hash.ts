// Which passwords are hashed, as htpasswd files have them: bcrypt is understood, nothing else.

/** A hash of bcrypt: its version, its cost, and 53 characters of salt and hash. */
const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** What begins like the hash of some other method: `$apr1$`, `$6$`, `{SHA}`; or like one of bcrypt that is cut off. */
const otherHash = /^(?:\$[0-9a-z]{1,8}\$|\{[A-Z0-9]{3,8}\})/;

/** Beyond, one login would take many seconds. */
const MAX_COST = 15;

/** The cost of a password that is a hash of bcrypt, as a power of two; undefined where it is a password in the open. */
export function bcryptCost(password: string): number | undefined {
  const cost = bcrypt.exec(password)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

/** Throws an Error that completes "USERS is …, but must …", where a password looks like a hash that cannot be checked. */
export function checkHash(name: string, password: string): void {
  const cost = bcryptCost(password);
  if (cost !== undefined && (cost < 4 || cost > MAX_COST))
    throw new Error(
      `must have bcrypt hashes of a cost between 4 and ${MAX_COST}; that of ${name} has ${cost}`,
    );
  if (cost === undefined && otherHash.test(password)) throw noHashOfBcrypt(name);
}

/** The Error for a password that has to be a hash of bcrypt and is none. */
export const noHashOfBcrypt = (name: string): Error =>
  new Error(
    `must have hashes of bcrypt only, which that of ${name} is not; make one with htpasswd -B or pollux hash-password`,
  );
