/**
 * Times that run out count down: `<p data-until data-now><time>`. The server's clock counts, so the difference to ours is
 * taken once. At the end `data-then` is opened, if there is one: a page that says what became of it.
 */

const SECOND = 1_000;

/** Every timer below `root`; one that has left the page stops. */
export function countDown(root: ParentNode = document): void {
  const began = Date.now();
  for (const timer of root.querySelectorAll<HTMLElement>("[data-until][data-now]")) {
    const left = Number(timer.dataset["until"]) - Number(timer.dataset["now"]);
    const time = timer.querySelector("time");
    if (time === null || Number.isNaN(left)) continue;
    const tick = (): void => {
      if (!timer.isConnected) return clearInterval(running);
      const seconds = Math.max(0, left - Math.floor((Date.now() - began) / SECOND));
      time.textContent = clock(seconds);
      if (seconds > 0) return;
      clearInterval(running);
      const { then } = timer.dataset;
      if (then !== undefined) location.replace(then);
    };
    const running = setInterval(tick, SECOND);
    tick();
  }
}

/** 28:10. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
