/** The page's side of the worker that turns a PIN into P. */

import type { Parties } from "../holder/parties.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Asked } from "./stretching_worker.ts";

/** A `stretch` that runs in a worker, one PIN at a time. The PIN's buffer is handed over: the page's copy is gone. */
export function inWorker(url: string): Parties["stretch"] {
  const worker = new Worker(url, { type: "module" });
  let broken = false;
  let refuse: ((refusal: Refusal) => void) | undefined;
  worker.onerror = () => {
    broken = true; // it may fail to load long before it is asked
    refuse?.(new Refusal("unexpected"));
  };
  return (pin, salt, how) =>
    new Promise((resolve, reject) => {
      refuse = reject;
      if (broken) return reject(new Refusal("unexpected"));
      worker.onmessage = ({ data }: MessageEvent<Uint8Array | string>) => {
        if (typeof data === "string") reject(new Refusal(data));
        else resolve(data);
      };
      worker.postMessage({ pin, salt, how } satisfies Asked, [pin.buffer]);
    });
}
