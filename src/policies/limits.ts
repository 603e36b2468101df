/** The most imports of one policy that an operator can allow. */
export const MOST_IMPORTS = 1000;

/** What the operator has set for policies, and the time; everything a check needs beyond the policy itself. */
export interface PolicyLimits {
  /** Longest JSON text of a policy, in characters (LIMITS_POLICIES_MAX_SIZE). */
  readonly maxSize: number;
  /** Most imports of one policy, up to {@link MOST_IMPORTS} (LIMITS_POLICIES_MAX_IMPORTS). */
  readonly maxImports: number;
  /** Expiries are rounded up to a multiple of this; in milliseconds (POLICY_SUBJECT_EXPIRY_GRANULARITY). */
  readonly expiryGranularity: number;
  /** `beforeExpiry` is rounded up likewise (POLICY_SUBJECT_DELETION_ANNOUNCEMENT_GRANULARITY). */
  readonly announcementGranularity: number;
  /** Whether every policy must keep an administrator (DITTO_DEVOPS_FEATURE_POLICY_LOCKOUT_PREVENTION_ENABLED). */
  readonly lockoutPrevention: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Ditto's defaults. */
export const defaultPolicyLimits: Omit<PolicyLimits, "now"> = {
  maxSize: 102_400,
  maxImports: 10,
  expiryGranularity: 3_600_000,
  announcementGranularity: 60_000,
  lockoutPrevention: true,
};
