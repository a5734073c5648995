/** The PIN page: reads the one-time code, opens what it is for, and hands over to the screen of that kind. */

import type { Visit } from "../holder/bodies.ts";
import { Center } from "../holder/center.ts";
import { storedDevices } from "../holder/device_store.ts";
import { Guards } from "../holder/guards.ts";
import { storedMemory } from "../holder/memory.ts";
import type { Parties } from "../holder/parties.ts";
import { parseAnchors } from "../protocol/anchors.ts";
import { Refusal } from "../protocol/refusal.ts";
import { CENTER } from "../protocol/transaction.ts";
import { enrolScreen } from "./enrol_screen.ts";
import { frame, keepLook } from "./frame.ts";
import { lookOf, wear } from "./look.ts";
import { keptChoice } from "./pad_order.ts";
import { patiently, resumable } from "./patience.ts";
import { head, type Screen, showBusy, showRefusal } from "./screen.ts";
import { readSettings, type Settings } from "./settings.ts";
import { inWorker } from "./stretching.ts";
import { useScreen } from "./use_screen.ts";
import { languageOf, WORDINGS } from "./wording.ts";

const ANCHORS = "/anchors.json";
const SETTINGS = "/settings.json";
const WORKER = "/stretching_worker.js";

/** The fragment's parts. Address bar, history and a reload have only how the page is seen: a code is good once. */
function takeFragment(): URLSearchParams {
  const found = new URLSearchParams(location.hash.slice(1));
  keepLook(lookOf(found));
  return found;
}

/** A file of our own, never a kept one: what is true today. */
async function told(path: string): Promise<Uint8Array> {
  const response = await fetch(path, { cache: "no-store" }).catch(() => undefined);
  if (!response?.ok) throw new Refusal("center_unavailable");
  return new Uint8Array(await response.arrayBuffer());
}

async function partiesOf(): Promise<Parties> {
  const anchors = parseAnchors(await told(ANCHORS));
  const send: typeof fetch = (...request) => fetch(...request);
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  return {
    anchors,
    center: new Center(send, anchors.centerOrigin, sleep),
    guards: new Guards(send),
    // A browser that forbids storage throws as soon as it is named.
    memory: storedMemory({ getItem: (key) => localStorage.getItem(key), setItem: (key, text) => localStorage.setItem(key, text) }),
    devices: storedDevices(() => indexedDB),
    now: () => Math.floor(Date.now() / 1000),
    stretch: inWorker(WORKER),
  };
}

/** The page in the fragment's language. Until the anchors are read there is no address at the centre. */
function screenOf(fragment: URLSearchParams, center = "", settings?: Settings): Screen {
  const language = languageOf(fragment.get("lang"));
  const atCenter = (path: string): string => {
    const found = center && URL.canParse(path, center) ? new URL(path, center) : undefined;
    return found && found.origin === center ? found.href : center;
  };
  const { words } = WORDINGS[language];
  const nameOf = (party: string): string =>
    party === CENTER ? words.center : (settings?.names.get(party)?.[language] ?? party);
  return { ...WORDINGS[language], language, nameOf, atCenter, back: atCenter(fragment.get("back") ?? "/") };
}

/** What no browser that can keep a PIN safe is without. The device key is not among it: a private window may have none. */
function checkBrowser(): void {
  if (globalThis.crypto?.subtle === undefined || globalThis.Worker === undefined) throw new Refusal("unsupported");
}

async function start(): Promise<void> {
  const fragment = takeFragment();
  const look = lookOf(fragment);
  let screen = screenOf(fragment);
  wear(look, document.documentElement);
  const ready = resumable(() => Promise.all([partiesOf(), told(SETTINGS).then(readSettings)]));
  const opened = resumable(async (): Promise<Visit> => {
    const code = fragment.get("code");
    if (!code) throw new Refusal("code_refused");
    const [{ center, devices }] = await ready();
    return center.open(code, await devices.find());
  });
  const load = async (): Promise<void> => {
    head(screen.words.title);
    const { slow } = showBusy(screen, screen.words.loading);
    const late = new Refusal("center_unavailable");
    try {
      checkBrowser();
      const [parties, settings] = await patiently(ready(), slow, late);
      screen = screenOf(fragment, parties.anchors.centerOrigin, settings);
      frame(screen, look);
      const mixing = { allowed: settings.shuffle, choice: keptChoice(() => localStorage) };
      const visit = await patiently(opened(), slow, late);
      if (visit.kind === "version") enrolScreen(screen, visit, parties, mixing);
      else await useScreen(screen, visit, parties, mixing);
    } catch (error) {
      showRefusal(screen, error, () => void load());
    }
  };
  frame(screen, look);
  await load();
}

// Another code for a page that is open already: it is a visit of its own.
addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("code")) location.reload();
});
void start();
