/** Won in words, as a cheque has them. The same rules as `dojang.values.money`; the shared vectors hold both to one answer. */

const DIGITS = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const PLACES = ["", "십", "백", "천"];
const MYRIADS = ["", "만", "억", "조", "경"]; // powers of ten thousand
const BELOW_TWENTY = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
  "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const THOUSANDS = ["", "thousand", "million", "billion", "trillion", "quadrillion"];

/** Whole won behind `1,500,000 KRW`; none behind anything written in another way. */
export function wonOf(amount: string): number | undefined {
  const found = /^([1-9][0-9]{0,2}(?:,[0-9]{3})*|0) KRW$/.exec(amount);
  const won = found ? Number(found[1]!.replaceAll(",", "")) : undefined;
  return won !== undefined && Number.isSafeInteger(won) ? won : undefined;
}

/** 일백오십만: every digit is named, the one too, and nothing stands between, so that none can be added. */
export function koreanWords(won: number): string {
  const groups = split(won, 10_000).map((group, i) => group && koreanGroup(group) + MYRIADS[i]!);
  return groups.filter(Boolean).reverse().join("") || "영";
}

/** One million five hundred thousand, without the capital. */
export function englishWords(won: number): string {
  const groups = split(won, 1_000).map((group, i) => group && `${englishGroup(group)} ${THOUSANDS[i]!}`.trim());
  return groups.filter(Boolean).reverse().join(" ") || "zero";
}

/** The digits of `won` to that base, the lowest first. */
function split(won: number, base: number): readonly number[] {
  return won < base ? [won] : [won % base, ...split(Math.floor(won / base), base)];
}

function koreanGroup(group: number): string {
  const digits = split(group, 10).map((digit, i) => digit && DIGITS[digit]! + PLACES[i]!);
  return digits.filter(Boolean).reverse().join("");
}

function englishGroup(group: number): string {
  const [hundreds, rest] = [Math.floor(group / 100), group % 100];
  const ten = [TENS[Math.floor(rest / 10)]!, BELOW_TWENTY[rest % 10]!].filter(Boolean).join("-");
  const below = rest < 20 ? BELOW_TWENTY[rest]! : ten;
  return [hundreds ? `${BELOW_TWENTY[hundreds]!} hundred` : "", below].filter(Boolean).join(" ");
}
