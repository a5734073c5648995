/** Elements made of names and texts: nothing that came over the wire is ever read as HTML. */

export type Child = Node | string;

/** An element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A native button that does one thing. */
export function button(label: string, act: () => void, attributes: Readonly<Record<string, string>> = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** A link that leaves this page for good: it has no way back into a visit that is over. */
export function wayOut(label: string, href: string, attributes: Readonly<Record<string, string>> = {}): HTMLAnchorElement {
  const made = element("a", { href, rel: "noreferrer", ...attributes }, label);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(href);
  });
  return made;
}

/** Names and values, one pair a row. */
export function pairList(pairs: readonly (readonly [string, Child])[]): HTMLElement {
  const rows = pairs.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return element("dl", { class: "pairs" }, ...rows);
}

/** The part of the page's own frame that has that id. */
export function part(id: string): HTMLElement {
  return document.getElementById(id)!;
}
