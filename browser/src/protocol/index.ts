/** The whole of the protocol, one module of the page's bundle; the shared vectors are run against it as it is served. */

export * as anchors from "./anchors.ts";
export * as certificate from "./certificate.ts";
export * as devices from "./devices.ts";
export * as encoding from "./encoding.ts";
export * as labels from "./labels.ts";
export * as messages from "./messages.ts";
export * as numbers from "./numbers.ts";
export * as oprf from "./oprf.ts";
export * as record from "./record.ts";
export * as refusal from "./refusal.ts";
export * as sealing from "./sealing.ts";
export * as sharing from "./sharing.ts";
export * as signatures from "./signatures.ts";
export * as tickets from "./tickets.ts";
export * as transaction from "./transaction.ts";
export * as version from "./version.ts";
