/** The protocol as a module of its own in the bundle: the page uses it, and the shared vectors are run against it. */

export * from "../protocol/index.ts";
