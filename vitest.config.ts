import { configDefaults, defineConfig } from "vitest/config";
import { wasmFlags } from "./scripts/node.mjs";

const quick = "test/**/*.test.ts";
const full = "test/**/*.full.test.ts";

/** `--mode` chooses: quick (and vitest's own default) leaves out *.full.test.ts, full takes all, only-full the rest. */
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === "only-full" ? full : quick],
    exclude: [...configDefaults.exclude, ...(mode === "full" || mode === "only-full" ? [] : [full])],
    globalSetup: ["test/support/global-setup.ts"],
    execArgv: wasmFlags,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
}));
