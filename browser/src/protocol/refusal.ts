/** Every expected "no", by code. No sentence a person reads: the pages' wording has those. */

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** An expected "no". Codes are the ones of `dojang.refusals`. Facts are small public values: tries left, which guard. */
export class Refusal extends Error {
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, facts: Facts = {}) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.facts = facts;
  }

  /** Another party did not answer; nothing is lost and the same request may be sent again. */
  get unavailable(): boolean {
    return this.code.endsWith("_unavailable");
  }
}

/** What `act` gives; any failure of it, expected or not, is the refusal `code`. */
export function refusing<T>(code: string, act: () => T): T {
  try {
    return act();
  } catch {
    throw new Refusal(code);
  }
}
