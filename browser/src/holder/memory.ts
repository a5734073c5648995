/** What a browser keeps between visits: the highest version of every uid that it has seen work. No secret. */

/** Versions by uid in base64url. */
export interface Memory {
  /** The highest version of `uid` noted, if any. */
  highest(uid: string): number | undefined;
  /** Whether somebody else's uid, or an earlier one, is known here and this one is not. */
  knowsOnlyOthers(uid: string): boolean;
  /** `ver` of `uid` is live: q guards said so, or a use succeeded under its key. */
  note(uid: string, ver: number): void;
}

const KEY = "dojang-known-versions";

/** Memory in `storage`; a browser that keeps nothing knows nothing. */
export function storedMemory(storage: Pick<Storage, "getItem" | "setItem">): Memory {
  const known = (): Record<string, number> => {
    try {
      const value: unknown = JSON.parse(storage.getItem(KEY) ?? "{}");
      return typeof value === "object" && value !== null ? (value as Record<string, number>) : {};
    } catch {
      return {};
    }
  };
  return {
    highest: (uid) => known()[uid],
    knowsOnlyOthers: (uid) => Object.keys(known()).length > 0 && !(uid in known()),
    note: (uid, ver) => {
      try {
        storage.setItem(KEY, JSON.stringify({ ...known(), [uid]: Math.max(ver, known()[uid] ?? 0) }));
      } catch {
        // Private windows may refuse to keep anything: the page still works, it only remembers nothing.
      }
    },
  };
}
