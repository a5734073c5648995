/** Every label of the protocol, as in `dojang.pin.labels`; the shared vectors hold both to one list. */

const PREFIX = "dojang/1/";

export const labels = {
  // derivations of a version's secrets
  SECRET: PREFIX + "secret",
  AUTHORIZATION_SEED: PREFIX + "authorization-seed",
  COMMITMENT: PREFIX + "commitment",
  ACTIVATION_SECRET: PREFIX + "activation-secret",
  MASK: PREFIX + "mask",
  KEK: PREFIX + "kek",

  // signed by the centre
  TICKET: PREFIX + "ticket",
  SERVICE_CALL: PREFIX + "service-call",

  // signed by a guard
  VERSION_REPLY: PREFIX + "version-reply",
  VERSION_RECEIPT: PREFIX + "version-receipt",
  ATTEMPT_REPLY: PREFIX + "attempt-reply",
  ATTEMPT_REFUSAL: PREFIX + "attempt-refusal",
  CONFIRM_RECEIPT: PREFIX + "confirm-receipt",
  JOURNAL_ENTRY: PREFIX + "journal-entry",

  // signed by the customer's authorisation key
  CREDENTIAL: PREFIX + "credential",
  STATEMENT: PREFIX + "statement",
  ACTIVATION: PREFIX + "activation",
  DEVICE_ADDITION: PREFIX + "device-addition",

  // signed by a browser's device key
  DEVICE_AT_GUARD: PREFIX + "device-at-guard",
  DEVICE_AT_CENTRE: PREFIX + "device-at-centre",

  // sealed to the vault's day key, or to core banking
  CREDENTIAL_INFO: PREFIX + "credential-info",
  ACTIVATION_INFO: PREFIX + "activation-info",
  RESIDENT_NUMBER_INFO: PREFIX + "resident-number-info",

  // signed by the vault
  DAY_KEY: PREFIX + "day-key",
  ATTESTATION: PREFIX + "attestation",

  // hashed
  ATTEMPT_ID: PREFIX + "attempt-id",
  ACTIVATION_HASH: PREFIX + "activation-hash",
  LEAF_PLACE: PREFIX + "leaf-place",
  LEAF_EVENT: PREFIX + "leaf-event",

  // signed by the registration authority
  REGISTRATION: PREFIX + "registration",

  // the content of a login
  LOGIN_CONTENT: PREFIX + "login",
} as const;
