/**
 * What a browser keeps between visits, none of it secret: the highest version of every uid that it has seen work, and the
 * device that each customer connected.
 */

/** By uid and device id in base64url. */
export interface Memory {
  /** The highest version of `uid` noted, if any. */
  highest(uid: string): number | undefined;
  /** Whether somebody else's uid, or an earlier one, is known here and this one is not. */
  knowsOnlyOthers(uid: string): boolean;
  /** `ver` of `uid` is live: q guards said so, or a use succeeded under its key. */
  note(uid: string, ver: number): void;
  /** Whether the customer `uid` connected this very device. */
  connected(uid: string, device: string): boolean;
  /** The customer's consent added the device, at enough guards. */
  noteConnected(uid: string, device: string): void;
}

const VERSIONS = "dojang-known-versions";
const CONNECTED = "dojang-connected-devices";

/** Memory in `storage`; a browser that keeps nothing knows nothing. */
export function storedMemory(storage: Pick<Storage, "getItem" | "setItem">): Memory {
  const read = <T>(key: string): Record<string, T> => {
    try {
      const value: unknown = JSON.parse(storage.getItem(key) ?? "{}");
      return typeof value === "object" && value !== null ? (value as Record<string, T>) : {};
    } catch {
      return {};
    }
  };
  const write = (key: string, known: Record<string, number | string>): void => {
    try {
      storage.setItem(key, JSON.stringify(known));
    } catch {
      // Private windows may refuse to keep anything: the page still works, it only remembers nothing.
    }
  };
  const versions = () => read<number>(VERSIONS);
  return {
    highest: (uid) => versions()[uid],
    knowsOnlyOthers: (uid) => Object.keys(versions()).length > 0 && !(uid in versions()),
    note: (uid, ver) => write(VERSIONS, { ...versions(), [uid]: Math.max(ver, versions()[uid] ?? 0) }),
    connected: (uid, device) => read<string>(CONNECTED)[uid] === device,
    noteConnected: (uid, device) => write(CONNECTED, { ...read<string>(CONNECTED), [uid]: device }),
  };
}
