/** The customer's one-time code counts its seconds, and asks for the next one when it is over. */

const SECOND = 1_000;

interface Code {
  code: string;
  seconds: number;
}

export function showCodes(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-otp]")) show(place, Number(place.dataset["seconds"]));
}

function show(place: HTMLElement, seconds: number): void {
  let left = seconds;
  setInterval(() => {
    left -= 1;
    if (left > 0) return say(place, left);
    left = 1; // asked again in a second if this fails
    void next(place.dataset["otp"] ?? "").then((found) => {
      if (found === null) return;
      left = found.seconds;
      for (const output of place.querySelectorAll("output")) output.textContent = found.code;
      for (const button of place.querySelectorAll<HTMLElement>("[data-copy]")) button.dataset["copy"] = found.code;
      say(place, left);
    });
  }, SECOND);
}

function say(place: HTMLElement, left: number): void {
  for (const words of place.querySelectorAll<HTMLElement>("[data-left]")) {
    words.textContent = (words.dataset["words"] ?? "{n}").replace("{n}", String(left));
  }
}

async function next(address: string): Promise<Code | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    return answer.ok ? ((await answer.json()) as Code) : null;
  } catch {
    return null;
  }
}
