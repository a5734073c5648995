/** A transfer that waits for its signature is asked after; when its state has changed, so has the page. */

const PAUSE = 2_000;

export function watchTransfer(): void {
  const place = document.querySelector<HTMLElement>("[data-watch]");
  if (place !== null) setTimeout(() => void look(place), PAUSE);
}

async function look(place: HTMLElement): Promise<void> {
  const lost = place.querySelector<HTMLElement>("[data-lost]");
  try {
    const answer = await fetch(place.dataset["watch"] ?? "", { cache: "no-store" });
    // A session that has ended is told by the page itself.
    if (answer.status === 401) return location.reload();
    const { state, problem } = (await answer.json()) as { state: string; problem: string };
    if (answer.ok && `${state} ${problem}` !== place.dataset["state"]) return location.reload();
    if (lost !== null) lost.hidden = answer.ok;
  } catch {
    if (lost !== null) lost.hidden = false;
  }
  setTimeout(() => void look(place), PAUSE);
}
