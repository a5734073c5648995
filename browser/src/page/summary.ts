/** A page that comes back with errors begins at their summary; a link in it leads into the field. */
export function focusSummary(): void {
  document.querySelector<HTMLElement>("#summary")?.focus();
}
