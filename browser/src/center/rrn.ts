/**
 * The resident registration number's form: YYMMDD-GNNNNNN. The checksum is never looked at: since October 2020 the last
 * digits are random. The same as `dojang.values.resident_number`.
 */

export type Fault = "incomplete" | "no_such_day" | "to_come";

const CENTURIES: Readonly<Record<string, number>> = {
  "9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000,
};

/** The digits that were typed, whatever stands between them. */
export function digitsOf(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s-]/gu, "");
}

/** What is wrong with 13 digits on the day `today` (YYYY-MM-DD), or nothing. */
export function faultOf(digits: string, today: string): Fault | null {
  if (!/^[0-9]{13}$/.test(digits)) return "incomplete";
  const year = (CENTURIES[digits.charAt(6)] ?? 0) + Number(digits.slice(0, 2));
  const [month, day] = [Number(digits.slice(2, 4)), Number(digits.slice(4, 6))];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return "no_such_day";
  return date.toISOString().slice(0, 10) > today ? "to_come" : null;
}
