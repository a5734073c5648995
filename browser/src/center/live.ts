/**
 * What happens on a telephone shows itself: `<form data-live=ADDRESS>` asks there for the state in words, which only changes
 * are announced of, and is sent by itself once there is something new for a page to show.
 */

const EVERY = 1_500;
/** So often nothing may be heard before the customer is left to press the button. */
const MISSES = 20;

export function watch(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-live]");
  const address = form?.dataset["live"];
  if (form && address) void follow(form, address);
}

async function follow(form: HTMLFormElement, address: string): Promise<void> {
  const said = document.querySelector<HTMLElement>("[data-said]");
  for (let missed = 0; missed < MISSES; ) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (form.dataset["sent"] !== undefined) return;
    try {
      const answer = await fetch(address, { method: "POST" });
      const state = (await answer.json()) as { readonly text: string; readonly over: boolean };
      if (said !== null && said.textContent !== state.text) said.textContent = state.text;
      if (state.over) return form.requestSubmit(form.querySelector("button"));
      missed = 0;
    } catch {
      missed += 1;
    }
  }
}
