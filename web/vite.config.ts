import { defineConfig } from "vite";

export default defineConfig({
  // Built files find each other relative to themselves, so the app may serve them at any prefix.
  base: "./",
  publicDir: false,
  // Decoders that make code while they run, which the policy of the pages forbids; see src/zstd.ts and src/unpackable.ts.
  resolve: {
    alias: {
      "numcodecs/zstd": new URL("./src/zstd.ts", import.meta.url).pathname,
      "numcodecs/blosc": new URL("./src/unpackable.ts", import.meta.url).pathname,
      "numcodecs/lz4": new URL("./src/unpackable.ts", import.meta.url).pathname,
    },
  },
  build: {
    outDir: "dist",
    // Emptying takes the build hook's stamp along; it is written anew after each successful build, so a
    // build by hand or one that fails can never pass for the one the stamp stood for.
    emptyOutDir: true,
    manifest: true,
    target: ["es2022", "chrome123", "firefox121", "safari17.5"],
    modulePreload: { polyfill: false },
    // A `data:` URL would be refused by `default-src 'self'`.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ["src/main.ts", "src/theme.ts"] },
  },
});
