// Statuses that devices choose, as HTTP can have them at the end of an exchange.

/** What ends no exchange of HTTP counts as 200; so does 502, which would seem to come from this server, as in Ditto. */
export const statusOfAnswer = (status: number): number => (!isFinal(status) || status === 502 ? 200 : status);

/** What ends no exchange of HTTP counts as 424, since it is no success. */
export const statusOfAck = (status: number): number => (isFinal(status) ? status : 424);

const isFinal = (status: number): boolean => status >= 200 && status <= 599;

/** Whether an answer with this status has no body, whatever comes along with it. */
export const isBodiless = (status: number): boolean => status === 204 || status === 205 || status === 304;
