// `npm run settings-docs`: writes docs/settings.md from the settings table.

import { writeFileSync } from "node:fs";
import { settingsPage } from "../src/ops/settings-page.ts";

writeFileSync(new URL("../docs/settings.md", import.meta.url), settingsPage());
