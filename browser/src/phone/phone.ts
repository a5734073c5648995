/** The virtual telephone is live: its screen is asked after each second, and redrawn by the server when it has changed. */

import { wireKeypads } from "./keypad.ts";
import { keepLive } from "./live.ts";

wireKeypads(document);
for (const place of document.querySelectorAll<HTMLElement>("[data-live]")) keepLive(place);
