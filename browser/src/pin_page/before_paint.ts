/**
 * Runs before anything is painted: no page is seen in another theme first, nor what is said where no script runs. The code
 * in the fragment stays there.
 */

import { lookOf, wear } from "./look.ts";

wear(lookOf(new URLSearchParams(location.hash.slice(1))), document.documentElement);
document.documentElement.dataset["script"] = "";
