/** A form is sent once, and its button says so: after 300 ms that it is busy, after 8 s that it takes longer. */

const BUSY = 300;
const SLOW = 8_000;

export function sendOnce(): void {
  onceIn(document);
  // A page that comes back out of the browser's memory can be sent again; the server knows it by its key.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** The forms below `root`, which may have come later than the page. */
export function onceIn(root: ParentNode): void {
  for (const form of root.querySelectorAll("form")) form.addEventListener("submit", (event) => sending(form, event));
}

function sending(form: HTMLFormElement, event: SubmitEvent): void {
  if (event.defaultPrevented) return;
  if (form.dataset["sent"] !== undefined) return event.preventDefault();
  form.dataset["sent"] = "";
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement) || button.dataset["busyText"] === undefined) return;
  const say = (text: string | undefined): void => {
    button.setAttribute("aria-disabled", "true");
    button.textContent = text ?? button.textContent;
  };
  setTimeout(() => say(button.dataset["busyText"]), BUSY);
  setTimeout(() => say(button.dataset["slowText"]), SLOW);
}
