/** The keypad of a call types into its field; without JavaScript the field alone does. */
export function wireKeypads(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("[data-keypad]")) {
    const field = form.querySelector<HTMLInputElement>("input.digits");
    const keys = form.querySelector<HTMLElement>(".keys");
    if (field === null || keys === null) continue;
    keys.hidden = false;
    keys.addEventListener("click", (event) => {
      const key = event.target instanceof HTMLElement ? event.target.dataset["key"] : undefined;
      if (key === undefined) return;
      field.value = key === "" ? "" : (field.value + key).slice(0, field.maxLength);
    });
  }
}
