/** Ditto ignores this key of old JSON among labels, subjects, resources and imports. */
export const isVersionKey = (key: string): boolean => key === "__schemaVersion";
