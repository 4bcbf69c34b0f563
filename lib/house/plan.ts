/** The plan of the house: who was built before whom, and the closed lists the laws refer to. */

/** A room may enter only rooms that stand before it. */
export const BUILD_ORDER = [
  "identity",
  "channels",
  "contacts",
  "matters",
  "templates",
  "messages",
  "inbox",
  "campaigns",
  "automation",
  "onboarding",
  "webhooks",
  "compliance",
  "assist",
  "operations",
] as const;

/** Rooms without rules of business, entered by file; each may use those listed. */
export const TOOLS: Record<string, readonly string[]> = {
  kernel: ["kernel"],
  platform: ["platform", "kernel"],
  providers: ["providers", "platform", "kernel"],
  web: ["web", "providers", "platform", "kernel", "rooms"],
  testing: ["testing", "web", "providers", "platform", "kernel", "rooms"],
};

/** Sub-rooms with a door of their own. */
export const SUB_DOORS = ["lib/webhooks/intake"];

/** Who may look behind the doors: factories of tests and seeds, and the measures (a broken build replaces inner files). */
export const BEHIND_DOORS = [/^lib\/testing\//, /^bench\//];

/** Npm packages a file the browser gets may use, by name or by prefix ending in "/". */
export const BROWSER_PACKAGES = [
  "react",
  "react-dom",
  "next",
  "next-intl",
  "next-themes",
  "next-auth/react",
  "@tanstack/react-query",
  "@tanstack/react-virtual",
  "@fontsource-variable/inter",
  "radix-ui",
  "lucide-react",
  "class-variance-authority",
  "clsx",
  "get-nonce",
  "libphonenumber-js",
  "linkifyjs",
  "tailwind-merge",
  "tinykeys",
  "tw-animate-css",
  "uuidv7",
  "zod",
  "zustand",
];

/** Parts of those packages that run on the server only. */
export const SERVER_ONLY_PARTS = ["next-intl/server", "next/headers", "next/server", "next/cache", "next/og"];

/** Npm packages of files without effects (`model`, `views`, kernel, and what they lean on). */
export const PURE_PACKAGES = ["zod", "libphonenumber-js", "uuidv7", "linkifyjs"];

/** Drivers, and the only places of the product that hold them. */
export const HOLDERS: ReadonlyArray<{ what: string; packages: RegExp; paths: RegExp }> = [
  { what: "Prisma", packages: /^@prisma\/|^(\.\.\/)*prisma\/generated|^@\/prisma\/generated/, paths: /^lib\/platform\// },
  { what: "pg", packages: /^pg(-.*)?$/, paths: /^lib\/platform\// },
  { what: "Redis", packages: /^(io)?redis$/, paths: /^lib\/platform\// },
  { what: "BullMQ", packages: /^bullmq$/, paths: /^lib\/platform\// },
  { what: "Unleash", packages: /^unleash-client$/, paths: /^lib\/platform\// },
];

/** Who may read `process.env`. */
export const ENV_READERS = [
  /^lib\/platform\/env\.ts$/,
  /^next\.config\.mjs$/,
  /^[^/]+\.config\.(ts|mjs)$/,
  /^(scripts|sandbox|bench|e2e)\//,
  /^prisma\/seed\.ts$/,
];

/** Who may see across organisations: sign-in, webhook ingress and sweeps. */
export const IN_SYSTEM = [
  /^lib\/platform\//,
  /^lib\/identity\//,
  /^lib\/webhooks\//,
  /^lib\/testing\//,
  /^workers\//,
  /^lib\/[a-z]+\/sweep-[a-z-]+\.ts$/,
  /^lib\/onboarding\/note-departure\.ts$/, // a person at Meta belongs to no organisation
  /^lib\/onboarding\/kept-accounts\.ts$/, // an account nobody has connected belongs to no organisation
  /^lib\/onboarding\/account-in-use\.ts$/, // an account's subscription serves every organisation that connected a number of it
  /^lib\/onboarding\/own-endpoint\.ts$/, // endpoints of the intake are known before any organisation is
  /^lib\/onboarding\/open-link\.ts$/, // who holds a link has no session that could name the organisation
  /^lib\/inbox\/index-search\.ts$/, // the sweep of the search queue
  /^lib\/inbox\/kept-from\.ts$/, // who may hear of a change is asked for everybody at once
];

/** Route handlers whose door is made by a library. */
export const FOREIGN_ROUTES = ["app/api/auth/[...nextauth]/route.ts"];

/** What the receiver may be made of: the widest unauthenticated surface is the smallest program. */
export const RECEIVER = {
  entry: "workers/receiver.ts",
  files: [
    /^workers\/receiver\.ts$/,
    /^lib\/kernel\//,
    /^lib\/webhooks\/intake\//,
    /^lib\/platform\/crypto\//,
    /^lib\/platform\/(age|bytea|env|health|sql|pool|log|metrics|redis|bell|stop)\.ts$/,
  ],
  packages: ["pg", "pino", "zod", "uuidv7", "ioredis", "prom-client"],
};

/** Lines at which a file must be split. */
export const MOST_LINES = 400;

/** Names that say nothing. */
export const NO_NAMES = /^(utils?|helpers?|common|shared|services?|managers?|misc)$/;
