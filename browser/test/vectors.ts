/** The shared vector files, as Node reads them. */

import amounts from "../../tests/vectors/amounts.json" with { type: "json" };
import pinChoice from "../../tests/vectors/pin_choice.json" with { type: "json" };
import pinProtocol from "../../tests/vectors/pin_protocol.json" with { type: "json" };
import rfc9497 from "../../tests/vectors/rfc9497_ristretto255_sha512.json" with { type: "json" };

export const PIN_PROTOCOL: any = pinProtocol;
export const RFC9497: any = rfc9497;
export const PIN_CHOICE: any = pinChoice;
export const AMOUNTS: any = amounts;
