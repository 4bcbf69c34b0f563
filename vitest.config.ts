import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "@": path.resolve(import.meta.dirname) };
const exclude = ["node_modules/**", ".next/**", "dist/**", ".data/**", "e2e/**"];

/** Two projects: `pure` needs nothing, `db` needs the services that `npm test` starts. */
export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: { name: "pure", include: ["**/*.test.ts"], exclude: [...exclude, "**/*.db.test.ts"], testTimeout: 20_000 },
      },
      {
        resolve: { alias },
        test: { name: "db", include: ["**/*.db.test.ts"], exclude, testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2 },
      },
    ],
  },
});
