/** How somebody wants to see pages, as the centre tells it in the fragment: language, theme, size of text. */

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  lang: ["ko", "en"],
  text: ["100", "125", "150"],
  theme: ["light", "dark"],
};

/** What the fragment says of it; nothing that we do not know, and nothing else. */
export function lookOf(fragment: URLSearchParams): URLSearchParams {
  const known = Object.entries(KNOWN).filter(([name, values]) => values.includes(fragment.get(name) ?? ""));
  return new URLSearchParams(known.map(([name]) => [name, fragment.get(name)!]));
}

/** The document looks so. */
export function wear(look: URLSearchParams, document: HTMLElement): void {
  document.lang = look.get("lang") ?? "ko";
  for (const name of ["text", "theme"]) {
    const value = look.get(name);
    if (value !== null) document.dataset[name] = value;
  }
}
