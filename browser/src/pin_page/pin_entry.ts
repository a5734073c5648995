/** Six digits on their way to the worker: the only place of the page that holds them. */

export const DIGITS = 6;

/** A buffer of six ASCII digits. */
export class PinEntry {
  readonly #digits = new Uint8Array(DIGITS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === DIGITS;
  }

  /** One digit more, if it is one and there is room. */
  add(character: string): void {
    const code = character.codePointAt(0) ?? 0;
    if (character.length !== 1 || code < 0x30 || code > 0x39 || this.full) return;
    this.#digits[this.#count] = code;
    this.#count += 1;
  }

  /** The last one less. */
  removeLast(): void {
    if (this.#count === 0) return;
    this.#count -= 1;
    this.#digits[this.#count] = 0;
  }

  /** Exactly six digits at once, spaces apart (NFKC); anything else changes nothing. */
  replace(text: string): void {
    const digits = text.normalize("NFKC").replaceAll(/\s/g, "");
    if (!/^[0-9]{6}$/.test(digits)) return;
    this.wipe();
    for (const digit of digits) this.add(digit);
  }

  /**
   * What an input made of the field's bullets, each `bullet` for a digit typed before: a password manager's six digits, or
   * digits more, or bullets less.
   */
  follow(shown: string, bullet: string): void {
    const typed = shown.replaceAll(bullet, "");
    if (/^[0-9]{6}$/.test(typed.normalize("NFKC"))) return this.replace(typed);
    const kept = shown.length - typed.length;
    while (this.#count > kept) this.removeLast();
    for (const character of typed) this.add(character);
  }

  /** The six bytes, of which none stays here. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#digits.slice();
    this.wipe();
    return taken;
  }

  wipe(): void {
    this.#digits.fill(0);
    this.#count = 0;
  }
}
