/**
 * Which six digits are not taken as a PIN. Checked on the customer's side alone, since no server sees the PIN.
 * The same rules as `dojang.client.holder.pin_choice`; the shared vectors hold both to one answer.
 */

import { fromUtf8 } from "../protocol/encoding.ts";
import { Refusal } from "../protocol/refusal.ts";
import { checkPin } from "../protocol/version.ts";

export type Reason = "one_digit" | "ascending" | "descending" | "personal" | "common";

// The commonest of published leaks of six-digit PINs that the rules before do not catch.
const COMMON = new Set(
  `
000001 000007 001122 010101 010203 020202 030303 050505 070707 080808 090909 100000 100100 100200 101004
101010 102030 102938 110110 111000 111222 112112 112211 112233 112358 121121 121212 122333 123000 123123
123124 123321 123654 123789 124578 131313 131420 135246 135790 135791 141414 142536 142857 147147 147258
147852 147896 150150 151515 159159 159357 159753 159951 161616 171717 181818 191919 200000 200200 202020
211211 212121 213213 221122 221133 222333 223344 232323 242424 246246 246810 248163 250250 252525 256256
258258 258369 258456 258852 262626 272727 282828 292929 300000 303030 311311 313131 321321 321654 323232
332211 333444 333666 343434 357357 357951 369258 369369 420420 424242 434343 444555 445566 454545 456123
456456 456852 464646 474747 484848 486486 500000 505050 515151 520520 521521 525252 535353 545454 555666
556677 565656 567567 575757 585858 595959 600000 606060 616161 626262 635241 636363 646464 654123 656565
666777 666999 667788 676767 686868 696969 700000 707070 717171 727272 737373 741741 741852 741963 747474
753159 753951 757575 767676 777888 778899 787878 789123 789456 789654 789789 797979 800000 808080 818181
828282 838383 848484 852456 852852 858585 868686 878787 888999 898989 900000 909090 911911 919191 929292
939393 949494 951753 951951 959595 963258 963852 963963 969696 979797 985632 987123 989898 999000
`
    .trim()
    .split(/\s+/),
);

/**
 * Refuses `invalid_field` for anything but six ASCII digits, `pin_too_easy` (fact: reason) for what somebody would try
 * first. `avoid`: birth-date and phone-number strings.
 */
export function checkChoice(pin: Uint8Array, avoid: readonly string[]): void {
  checkPin(pin);
  const reason = reasonAgainst(pin, avoid);
  if (reason !== undefined) throw new Refusal("pin_too_easy", { reason });
}

function reasonAgainst(pin: Uint8Array, avoid: readonly string[]): Reason | undefined {
  const steps = new Set(Array.from(pin.subarray(1), (digit, i) => (digit - pin[i]! + 10) % 10));
  if (steps.size === 1) {
    // 901234 too: the pad's order wraps around
    if (steps.has(0)) return "one_digit";
    if (steps.has(1)) return "ascending";
    if (steps.has(9)) return "descending";
  }
  const digits = fromUtf8(pin);
  if (avoid.some((text) => text.includes(digits))) return "personal";
  return COMMON.has(digits) ? "common" : undefined;
}
