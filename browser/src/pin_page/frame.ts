/** The frame around every screen: the way past it, help, and how somebody wants to see the page. */

import { button, element, part } from "./dom.ts";
import { wear } from "./look.ts";
import type { Screen } from "./screen.ts";

const SIZES = ["100", "125", "150"] as const;

/** The frame in the screen's language. `look` is kept in the address, where a reload finds it; the code never is. */
export function frame(screen: Screen, look: URLSearchParams): void {
  const { words } = screen;
  const change = (name: string, value: string): void => {
    look.set(name, value);
    wear(look, document.documentElement);
    keepLook(look);
  };
  const size = (): (typeof SIZES)[number] => SIZES[(SIZES.indexOf((look.get("text") ?? "100") as "100") + 1) % SIZES.length]!;
  const sizes = { "100": words.text_100, "125": words.text_125, "150": words.text_150 };
  const text = button(sizes[size()], () => {
    change("text", size());
    text.textContent = sizes[size()];
  });
  const themes = (["dark", "light"] as const).map((theme) =>
    button(words[`theme_${theme}`], () => change("theme", theme), { class: `to-${theme}` }),
  );
  const skip = element("a", { href: "#page", class: "skip" }, words.skip);
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    part("page").focus();
  });
  document.querySelector(".skip")?.remove();
  document.body.prepend(skip);
  const address = screen.atCenter("/help"); // in a window of its own: this visit is not lost
  const help = address ? [element("a", { href: address, rel: "noreferrer", target: "_blank" }, words.help)] : [];
  part("foot").replaceChildren(...help, element("div", { class: "view" }, text, ...themes));
}

/** The address says how the page is seen, and nothing else. */
export function keepLook(look: URLSearchParams): void {
  const said = look.toString();
  history.replaceState(null, "", location.pathname + (said && `#${said}`));
}
