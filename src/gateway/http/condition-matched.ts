/** The header that tells whether the live channel condition of a request held, as it does where there is none. */
export const CONDITION_MATCHED = "live-channel-condition-matched";
