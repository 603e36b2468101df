/** What is imported is not what was exported; the message says where that was noticed. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}
