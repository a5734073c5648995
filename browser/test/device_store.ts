/** Where a browser keeps its key, as a module of its own: only a browser has an IndexedDB to try it on. */

export { storedDevices } from "../src/holder/device_store.ts";
