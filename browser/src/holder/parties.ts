/** Everything outside that the customer's side works with, passed in. */

import type { Anchors } from "../protocol/anchors.ts";
import type { KeyStretching } from "../protocol/record.ts";
import type { Center } from "./center.ts";
import type { Devices } from "./device_store.ts";
import type { Guards } from "./guards.ts";
import type { Memory } from "./memory.ts";

export interface Parties {
  readonly anchors: Anchors;
  readonly center: Center;
  readonly guards: Guards;
  readonly memory: Memory;
  readonly devices: Devices;
  /** Unix seconds. */
  readonly now: () => number;
  /** `version.stretch`, wherever it runs; takes the PIN's bytes over and leaves none of them. */
  readonly stretch: (pin: Uint8Array<ArrayBuffer>, salt: Uint8Array, how: KeyStretching) => Promise<Uint8Array>;
}
