import type { Config } from "tailwindcss";

const token = (name: string) => `var(--${name})`;

/** Names for the tokens of `app/globals.css`; components use these and never a raw colour. */
export default {
  content: ["./app/**/*.{ts,tsx}", "./components/**/*.{ts,tsx}"],
  darkMode: "class",
  theme: {
    screens: { sm: "640px", md: "768px", lg: "1024px", xl: "1200px" },
    colors: {
      transparent: "transparent",
      current: "currentColor",
      paper: token("paper"),
      surface: token("surface"),
      sunken: token("sunken"),
      floating: token("floating"),
      hover: token("hover"),
      selected: token("selected"),
      chip: token("chip"),
      line: token("line"),
      "line-strong": token("line-strong"),
      ink: token("ink"),
      muted: token("muted"),
      accent: token("accent"),
      "accent-hover": token("accent-hover"),
      "accent-soft": token("accent-soft"),
      "accent-ink": token("accent-ink"),
      "on-accent": token("on-accent"),
      "bubble-in": token("bubble-in"),
      "bubble-out": token("bubble-out"),
      note: token("note"),
      "note-soft": token("note-soft"),
      "note-ink": token("note-ink"),
      danger: token("danger"),
      "danger-soft": token("danger-soft"),
      "danger-ink": token("danger-ink"),
      "on-danger": token("on-danger"),
      success: token("success-ink"),
      focus: token("focus"),
      scrim: token("scrim"),
    },
    fontFamily: {
      sans: ['"Inter Variable"', "Inter", "system-ui", "sans-serif"],
      mono: ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
    },
    fontSize: {
      xs: ["0.75rem", "1rem"],
      sm: ["0.8125rem", "1.125rem"],
      base: ["0.9375rem", "1.375rem"],
      lg: ["1.0625rem", "1.5rem"],
      xl: ["1.25rem", "1.75rem"],
      "2xl": ["1.75rem", "2.25rem"],
    },
    fontWeight: { normal: "400", semibold: "600" },
    borderRadius: { none: "0", sm: "4px", DEFAULT: "8px", md: "8px", lg: "12px", bubble: "14px", full: "9999px" },
    extend: {
      boxShadow: { floating: token("shadow-floating") },
      transitionDuration: { DEFAULT: "120ms" },
    },
  },
} satisfies Config;
