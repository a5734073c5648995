/** Limits and windows of `dojang.policy.numbers` that the customer's side keeps; the shared vectors hold them equal. */

export const NUMBERS = {
  pinTries: 5,
  clockSkew: 60,
  transactionLifetime: 300,
} as const;
