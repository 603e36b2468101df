/**
 * Operators, whom policies do not bind: those who speak for this very array may do everything with every entity. Nothing that comes from
 * outside can be it, and no subject is told as the originator of what they do.
 */
export const SUDO_SUBJECTS: readonly string[] = Object.freeze([]);
