/** Where a browser keeps its device key: one for all its customers, in the pin origin's IndexedDB, never readable. */

import { Device, newDeviceKeys } from "../protocol/devices.ts";

export interface Devices {
  /** The key, if one was ever made here. */
  find(): Promise<Device | undefined>;
  /** The key, made now where there is none; nothing in a browser that keeps nothing. */
  make(): Promise<Device | undefined>;
}

const DATABASE = "dojang";
const STORE = "device";
const KEYS = "keys";

/** The key in that database. A private window may refuse to have one: it goes on without a device. */
export function storedDevices(database: () => IDBFactory): Devices {
  const keysOr = async (fresh?: CryptoKeyPair): Promise<Device | undefined> => {
    try {
      const keys = await keysIn(database(), fresh);
      return keys && (await Device.of(keys));
    } catch {
      return undefined;
    }
  };
  return {
    find: () => keysOr(),
    make: async () => (await keysOr()) ?? keysOr(await newDeviceKeys()),
  };
}

/** The keys that are kept; `fresh` ones from now on if there were none, in whichever of two windows is first. */
async function keysIn(database: IDBFactory, fresh?: CryptoKeyPair): Promise<CryptoKeyPair | undefined> {
  const open = database.open(DATABASE, 1);
  open.onupgradeneeded = () => open.result.createObjectStore(STORE);
  const opened = await done(open);
  try {
    const store = opened.transaction(STORE, fresh ? "readwrite" : "readonly").objectStore(STORE);
    const kept = (await done(store.get(KEYS))) as CryptoKeyPair | undefined;
    if (kept === undefined && fresh !== undefined) await done(store.put(fresh, KEYS));
    return kept ?? fresh;
  } finally {
    opened.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
