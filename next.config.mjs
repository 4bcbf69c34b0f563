import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./lib/web/i18n/request.ts");

// The content policy needs a nonce per request and is set in proxy.ts; these need none.
const HEADERS = [
  { key: "Strict-Transport-Security", value: "max-age=31536000; includeSubDomains" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
];

// What carries no page: the answers and files that proxy.ts does not see.
const NO_PAGE = [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }];
const WITHOUT_PAGE = ["/api/:path*", "/metrics", "/_next/static/:path*", "/icon.svg", "/icon-unread.svg", "/inter-license.txt"];

// Meta's signup window answers through its opener; these pages alone let the window keep it.
const SIGNUP_PAGE = [{ key: "Cross-Origin-Opener-Policy", value: "same-origin-allow-popups" }];

/** @type {import("next").NextConfig} */
const config = {
  output: "standalone",
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Node-only packages stay out of the bundle: worker threads, native bindings and Lua files break inside it.
  serverExternalPackages: ["bullmq", "ioredis", "pg", "pino", "prom-client", "@node-rs/argon2", "unleash-client"],
  // Types are judged once, by `npm run check`.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  headers: async () => [
    { source: "/:path*", headers: HEADERS },
    { source: "/settings/numbers/:sessionId", headers: SIGNUP_PAGE },
    { source: "/connect", headers: SIGNUP_PAGE },
    ...WITHOUT_PAGE.map((source) => ({ source, headers: NO_PAGE })),
  ],
};

export default withNextIntl(config);
