// What the matrix does not ask: the suites of this folder, on one server. The one that lists all things comes first.

import "./reads.ts";
import "./creation.ts";
import "./conditions.ts";
import "./imports.ts";
import { endSharedPlace } from "./place.ts";

endSharedPlace();
