/**
 * The telephone's screen is drawn by the server alone. It is asked for once a second with the tag of what is shown; a new
 * one takes its place, is announced once, and keeps the focus where it was.
 */

import { copyButtons } from "../page/copying.ts";
import { onceIn } from "../page/sending.ts";
import { countDown } from "../page/timers.ts";
import { wireKeypads } from "./keypad.ts";

const PAUSE = 1_000;

export function keepLive(place: HTMLElement): void {
  setTimeout(() => void look(place), PAUSE);
}

async function look(place: HTMLElement): Promise<void> {
  const lost = place.parentElement?.querySelector<HTMLElement>("[data-lost]");
  try {
    const headers = { "If-None-Match": `"${place.dataset["tag"]}"` };
    const answer = await fetch(place.dataset["live"] ?? "", { cache: "no-store", headers });
    if (answer.status === 200) {
      place.dataset["tag"] = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
      show(place, await answer.text());
    }
    if (lost) lost.hidden = answer.ok || answer.status === 304;
  } catch {
    if (lost) lost.hidden = false;
  }
  setTimeout(() => void look(place), PAUSE);
}

function show(place: HTMLElement, html: string): void {
  const screen = new DOMParser().parseFromString(html, "text/html").querySelector<HTMLElement>(".phone-screen");
  if (screen === null) return;
  const focused = place.contains(document.activeElement) ? document.activeElement?.id : undefined;
  place.replaceChildren(screen);
  copyButtons(place);
  onceIn(place);
  countDown(place);
  wireKeypads(place);
  if (focused !== undefined) afterChange(place, focused).focus();
  const announcer = place.parentElement?.querySelector<HTMLElement>("[data-announcer]");
  if (announcer) announcer.textContent = screen.dataset["said"] ?? "";
}

/** Where the focus goes: the same control if it is there still, else the open tab. */
function afterChange(place: HTMLElement, id: string): HTMLElement {
  const same = id === "" ? null : place.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
  return same ?? place.querySelector<HTMLElement>("[aria-current]") ?? place;
}
