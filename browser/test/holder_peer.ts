/**
 * The customer's side in TypeScript for a test that plays everybody else. Lines of JSON, both ways: the test starts a use
 * or an enrolment, and is asked for every request on the wire, for every PIN, and to keep what the memory keeps.
 */

import { argon2Sync } from "node:crypto";
import { createInterface } from "node:readline";
import { Center } from "../src/holder/center.ts";
import type { Devices } from "../src/holder/device_store.ts";
import { Enrolment } from "../src/holder/enrol.ts";
import { Guards } from "../src/holder/guards.ts";
import type { Fetch } from "../src/holder/http.ts";
import { storedMemory } from "../src/holder/memory.ts";
import type { Parties } from "../src/holder/parties.ts";
import { Use } from "../src/holder/use.ts";
import { parseAnchors } from "../src/protocol/anchors.ts";
import { Device, newDeviceKeys } from "../src/protocol/devices.ts";
import { b64, fromUtf8, unb64, utf8 } from "../src/protocol/encoding.ts";
import { Refusal } from "../src/protocol/refusal.ts";
import { checkPin, checkStretching } from "../src/protocol/version.ts";

const waiting = new Map<number, (answer: any) => void>();
const keeping = new Map<number, Promise<unknown>>();
const browsers = new Map<string, Devices>();
let asked = 0;
let moved = 0;

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What the test answers. */
function ask(call: number, kind: string, value: object): Promise<any> {
  asked += 1;
  say({ ask: asked, call, kind, ...value });
  const id = asked;
  return new Promise((resolve) => waiting.set(id, resolve));
}

/** As `version.stretch`, by OpenSSL: the vectors are there for the library's own. */
const stretch: Parties["stretch"] = async (pin, salt, how) => {
  checkPin(pin);
  checkStretching(how);
  const { iterations: passes, memoryKib: memory, lanes: parallelism } = how;
  return new Uint8Array(argon2Sync("argon2id", { message: pin, nonce: salt, parallelism, tagLength: 32, memory, passes }));
};

function partiesOf(call: number, given: any): Parties {
  const anchors = parseAnchors(unb64(given.anchors));
  const send: Fetch = async (url, { method, headers, body }) => {
    const answer = await ask(call, "fetch", { url, method, headers, body: fromUtf8(body as Uint8Array) });
    if (answer.lost) throw new TypeError("lost");
    return new Response(answer.body, { status: answer.status });
  };
  const kept = new Map<string, string>(Object.entries(given.kept));
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => {
      kept.set(key, text);
      keeping.set(call, Promise.all([keeping.get(call), ask(call, "keep", { key, text })]));
    },
  };
  return {
    anchors,
    center: new Center(send, anchors.centerOrigin, async () => {}),
    guards: new Guards(send),
    memory: storedMemory(storage),
    devices: devicesOf(given.browser),
    now: () => Math.floor(Date.now() / 1000) + moved,
    stretch,
  };
}

/** The device key of one browser, for as long as this program runs: Node has no IndexedDB. */
function devicesOf(browser: string): Devices {
  const found = browsers.get(browser);
  if (found !== undefined) return found;
  let device: Promise<Device> | undefined;
  const devices: Devices = { find: async () => device, make: () => (device ??= newDeviceKeys().then(Device.of)) };
  browsers.set(browser, devices);
  return devices;
}

async function pinFrom(call: number, kind: string, value: object): Promise<Uint8Array<ArrayBuffer>> {
  const { pin } = await ask(call, kind, value);
  if (pin === undefined) throw new Refusal("gave_up");
  return utf8(pin);
}

async function use(call: number, given: any): Promise<object> {
  const parties = partiesOf(call, given);
  const visit = await parties.center.open(given.code, await parties.devices.find());
  if (visit.kind !== "use") throw new Refusal("code_refused");
  const use = await Use.of(visit, parties);
  const { shown } = use;
  if (shown.otherCertificate && !(await ask(call, "other", { shown })).agreed) throw new Refusal("record_mismatch");
  for (let triesLeft: number | null = null; ; ) {
    try {
      await use.unlock(await pinFrom(call, "pin", { shown, triesLeft }));
      break;
    } catch (error) {
      const again = error instanceof Refusal && error.code === "wrong_pin" && error.facts["tries_left"] !== 0;
      if (!again) throw error;
      triesLeft = Number(error.facts["tries_left"]);
    }
  }
  return { ...(await use.sign()), th: b64(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(visit.transaction)))) };
}

async function enrol(call: number, given: any): Promise<object> {
  const parties = partiesOf(call, given);
  const visit = await parties.center.open(given.code, await parties.devices.find());
  if (visit.kind !== "version") throw new Refusal("code_refused");
  const enrolment = new Enrolment(visit, parties);
  await enrolment.choose(await pinFrom(call, "choose", { avoid: visit.avoid }));
  const { liveGuards, returnTo } = await enrolment.finish();
  return { liveGuards, returnTo };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const given = JSON.parse(line);
  moved = given.moved;
  if (given.answer !== undefined) {
    waiting.get(given.answer)!(given);
    waiting.delete(given.answer);
    return;
  }
  const kept = () => keeping.get(given.call);
  const act = given.act === "use" ? use : enrol;
  act(given.call, given).finally(kept).then(
    (value) => say({ done: given.call, value }),
    (error: unknown) => {
      if (error instanceof Refusal) say({ refused: given.call, code: error.code, facts: error.facts });
      else say({ failed: given.call, error: String(error instanceof Error ? error.stack : error) });
    },
  );
});
