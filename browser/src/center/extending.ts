/** More time without leaving the page, so that what was typed stays: the page's new timer takes the old one's place. */

import { countDown } from "../page/timers.ts";

export function extendInPlace(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-extend]");
  // Before the page's own listener, which would take it for sent.
  form?.addEventListener("submit", (event) => void extend(form, event), { capture: true });
}

async function extend(form: HTMLFormElement, event: SubmitEvent): Promise<void> {
  event.preventDefault();
  try {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [before, after] = [form.querySelector(".timer"), page.querySelector("form[data-extend] .timer")];
    if (!answer.ok || before === null || after === null) return location.reload();
    before.replaceWith(document.importNode(after, true));
    countDown();
  } catch {
    location.reload();
  }
}
