/** The shared vectors on the sources. */

import { test } from "node:test";
import * as protocol from "../src/protocol/index.ts";
import { checks } from "./checks.ts";
import { PIN_PROTOCOL, RFC9497 } from "./vectors.ts";

for (const { name, run } of checks(protocol, PIN_PROTOCOL, RFC9497)) test(name, run);
