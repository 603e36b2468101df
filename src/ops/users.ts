/** Somebody who may log in with HTTP Basic; becomes the subject `nginx:{name}`, as behind Ditto's own proxy. */
export interface User {
  readonly name: string;
  readonly password: string;
}

/** The user of a server that nobody has configured; usable only where nobody but this machine can connect. */
export const quickStartUser: User = { name: "ditto", password: "ditto" };

/** Reads `name:password` pairs between commas. The first colon ends the name; a password cannot hold a comma. */
export function usersFrom(text: string): readonly User[] {
  const users = text.split(",").map((pair) => {
    const at = pair.indexOf(":");
    const [name, password] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
    if (at < 0 || !name || !password) throw new Error("must be pairs of name:password between commas");
    return { name, password };
  });
  // A name comes back in headers of answers, as part of its subject.
  if (!users.every(({ name }) => /^[ -~]+$/.test(name)))
    throw new Error("must have names in printable ASCII");
  const names = new Set(users.map((user) => user.name));
  if (names.size < users.length) throw new Error("must name each user only once");
  return users;
}
