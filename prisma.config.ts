import path from "node:path";
import { defineConfig } from "prisma/config";

// The CLI speaks to this program instead of a downloaded engine: the same engine commit as WASM, from npm.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(import.meta.dirname, "scripts/schema-engine.mjs");

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: {
    url:
      process.env.DATABASE_MIGRATOR_URL ??
      process.env.DATABASE_OWNER_URL ??
      process.env.DATABASE_URL ??
      "postgresql://127.0.0.1:1/none",
  },
});
