/** The PIN page: reads the one-time code, opens what it is for, and hands over to the screen of that kind. */

import { Center } from "../holder/center.ts";
import { storedDevices } from "../holder/device_store.ts";
import { Guards } from "../holder/guards.ts";
import { storedMemory } from "../holder/memory.ts";
import type { Parties } from "../holder/parties.ts";
import { parseAnchors } from "../protocol/anchors.ts";
import { Refusal } from "../protocol/refusal.ts";
import { enrolScreen } from "./enrol_screen.ts";
import { type Screen, show, showRefusal } from "./screen.ts";
import { inWorker } from "./stretching.ts";
import { useScreen } from "./use_screen.ts";
import { languageOf, WORDS } from "./words.ts";

const ANCHORS = "/anchors.json";
const WORKER = "/stretching_worker.js";

/** The fragment's parts; the address bar and the history keep none of them. */
function takeFragment(): URLSearchParams {
  const found = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  return found;
}

async function partiesOf(): Promise<Parties> {
  const response = await fetch(ANCHORS, { cache: "no-store" });
  if (!response.ok) throw new Refusal("anchors_mismatch");
  const anchors = parseAnchors(new Uint8Array(await response.arrayBuffer()));
  const send: typeof fetch = (...request) => fetch(...request);
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  return {
    anchors,
    center: new Center(send, anchors.centerOrigin, sleep),
    guards: new Guards(send),
    memory: storedMemory(localStorage),
    devices: storedDevices(() => indexedDB),
    now: () => Math.floor(Date.now() / 1000),
    stretch: inWorker(WORKER),
  };
}

async function start(): Promise<void> {
  const fragment = takeFragment();
  const language = languageOf(fragment.get("lang"));
  const screen: Screen = { words: WORDS[language], language, main: document.getElementById("page")! };
  document.documentElement.lang = language;
  show(screen, screen.words.loading);
  try {
    const code = fragment.get("code");
    if (!code) throw new Refusal("code_refused");
    const parties = await partiesOf();
    const visit = await parties.center.open(code, await parties.devices.find());
    if (visit.kind === "version") enrolScreen(screen, visit, parties);
    else await useScreen(screen, visit, parties);
  } catch (error) {
    showRefusal(screen, error);
  }
}

void start();
