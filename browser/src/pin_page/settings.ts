/** What the operator of this page chose: what relying parties are called, and whether digits may change their places. */

import { parseCanonical } from "../protocol/encoding.ts";
import { Refusal } from "../protocol/refusal.ts";
import { members, text } from "../protocol/shape.ts";
import type { Shuffle } from "./pad_order.ts";
import type { Language } from "./wording.ts";

export interface Settings {
  readonly names: ReadonlyMap<string, Readonly<Record<Language, string>>>;
  readonly shuffle: Shuffle;
}

/** Refuses `anchors_mismatch` for anything that this page's host would not serve. */
export function readSettings(data: Uint8Array): Settings {
  const { relying_parties, shuffle } = members(parseCanonical(data));
  const known = (["off", "offer", "on"] as const).find((one) => one === shuffle);
  if (known === undefined) throw new Refusal("anchors_mismatch");
  const names = Object.entries(members(relying_parties)).map(([party, named]) => {
    const { ko, en } = members(named);
    return [party, { ko: text(ko), en: text(en) }] as const;
  });
  return { names: new Map(names), shuffle: known };
}
