/** Runs before anything is painted, so that no page is seen in another theme first. The code in the fragment stays there. */

import { lookOf, wear } from "./look.ts";

wear(lookOf(new URLSearchParams(location.hash.slice(1))), document.documentElement);
