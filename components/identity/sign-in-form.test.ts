import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { SignInForm, type SignInWords } from "@/components/identity/sign-in-form";

const words: SignInWords = {
  ...{ email: "E-mail", password: "Password", submit: "Sign in", pending: "Signing in", show: "Show", hide: "Hide" },
  errors: {
    email_required: "1",
    email_invalid: "2",
    password_required: "3",
    bad_credentials: "Wrong password",
    too_many_attempts: "5",
    no_organisation: "6",
    unavailable: "Not now",
    offline: "8",
  },
};
const shown = (refused: string) => renderToStaticMarkup(createElement(SignInForm, { words, refused }));

test("a reason from the address is one of ours, or the general one", () => {
  expect(shown("bad_credentials")).toContain("Wrong password");
  for (const foreign of ["__proto__", "constructor", "toString", "made_up"]) expect(shown(foreign)).toContain("Not now");
});
