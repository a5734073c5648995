/**
 * What every page does more of with JavaScript than without: a summary of errors gets the focus, a form is sent once and
 * says that it is busy, times count down, codes are copied. Nothing here is needed to get through.
 */

import { copyButtons } from "./copying.ts";
import { focusSummary } from "./summary.ts";
import { sendOnce } from "./sending.ts";
import { countDown } from "./timers.ts";

focusSummary();
sendOnce();
countDown();
copyButtons();
