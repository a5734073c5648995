/** What the certification centre's pages need besides: ④ seals the resident number here, and what waits is watched. */

import { agreeToAll } from "./consents.ts";
import { extendInPlace } from "./extending.ts";
import { sealIdentity } from "./identity.ts";
import { watch } from "./live.ts";

agreeToAll();
extendInPlace();
sealIdentity();
watch();
