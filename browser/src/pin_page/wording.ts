/** Every sentence of the page, in both languages, from the file that all pages share; the bundle takes these sections only. */

import { pin_page as en, signed as signedEn } from "../../../src/dojang/wording/en.json";
import { pin_page as ko, signed as signedKo } from "../../../src/dojang/wording/ko.json";

export type Words = typeof ko;
export type Language = "ko" | "en";

/** `signed`: what the names of signed pairs are called. */
export interface Wording {
  readonly words: Words;
  readonly signed: Readonly<Record<string, string>>;
}

export const WORDINGS: Readonly<Record<Language, Wording>> = {
  ko: { words: ko, signed: signedKo },
  en: { words: en, signed: signedEn },
};

/** The language of that name; Korean for any other. */
export function languageOf(name: string | null): Language {
  return name === "en" ? "en" : "ko";
}

/** `sentence` with its {parts}. */
export function told(sentence: string, parts: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{([a-z]+)\}/g, (place, name: string) => String(parts[name] ?? place));
}
