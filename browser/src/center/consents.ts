/** The one box ticks all the others, and is ticked when they all are. */
export function agreeToAll(): void {
  const all = document.querySelector<HTMLInputElement>("input[data-all]");
  const each = [...document.querySelectorAll<HTMLInputElement>("input[data-one]")];
  if (all === null) return;
  const settle = (): void => {
    all.checked = each.every((one) => one.checked);
  };
  all.addEventListener("change", () => {
    for (const one of each) one.checked = all.checked;
  });
  for (const one of each) one.addEventListener("change", settle);
}
