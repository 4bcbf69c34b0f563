import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./lib/web/i18n/request.ts");

/** @type {import("next").NextConfig} */
const config = {
  output: "standalone",
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Node-only packages stay out of the bundle: worker threads, native bindings and Lua files break inside it.
  serverExternalPackages: ["bullmq", "ioredis", "pg", "pino", "prom-client", "@node-rs/argon2"],
  // Types are judged once, by `npm run check`.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
};

export default withNextIntl(config);
