/** What the bank's pages do more of with JavaScript: amounts with commas, a live one-time code, a transfer that is watched. */

import { groupAmounts } from "./amounts.ts";
import { showCodes } from "./one_time_code.ts";
import { watchTransfer } from "./watching.ts";

groupAmounts();
showCodes();
watchTransfer();
