/** Commas in an amount while it is typed; the server reads it with or without them. */
export function groupAmounts(): void {
  const field = document.querySelector<HTMLInputElement>("[data-amount] input");
  field?.addEventListener("input", () => {
    const before = field.selectionStart ?? field.value.length;
    const behind = digits(field.value.slice(before)).length;
    // What is no number stays as it was typed, for the server to name.
    if (/[^\d,\s]/.test(field.value)) return;
    field.value = grouped(digits(field.value));
    const at = placeBefore(field.value, behind);
    field.setSelectionRange(at, at);
  });
}

/** 1500000 -> 1,500,000. */
export function grouped(number: string): string {
  return number.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The place in `text` that has so many digits behind it: where the cursor belongs after commas have moved. */
export function placeBefore(text: string, digitsBehind: number): number {
  let at = text.length;
  for (let left = digitsBehind; left > 0 && at > 0; at--) if (/\d/.test(text[at - 1] ?? "")) left--;
  return at;
}

function digits(text: string): string {
  return text.replace(/\D/g, "");
}
