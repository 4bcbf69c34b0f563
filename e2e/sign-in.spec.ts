import { expect, test } from "./desk";
import { personOf } from "./seed";

test("the door leads to sign-in, and errors stand at their field", async ({ page, expected }) => {
  expected.push(/401/);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in$/);
  const [email, password] = [page.getByLabel("E-mail"), page.getByLabel("Password")];
  const submit = page.getByRole("button", { name: "Sign in" });
  await submit.click();
  await expect(email).toHaveAccessibleDescription("Enter your e-mail.");
  await expect(email).toBeFocused();
  await expect(password).toHaveAccessibleDescription("Enter your password.");

  await email.fill(personOf("lawyer").email);
  await password.fill("not the password");
  await submit.click();
  await expect(password).toHaveAccessibleDescription("E-mail or password is wrong.");
  await expect(password).toBeFocused();
  await expect(email).toHaveAttribute("autocomplete", "username");
  await expect(password).toHaveAttribute("autocomplete", "current-password");
});

test("a page that does not exist says so and leads back", async ({ page, expected }) => {
  expected.push(/404/);
  const response = await page.goto("/nowhere");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "This page does not exist" })).toBeVisible();
});

test("odd input at the door is refused in words, and nobody is sent to another site", async ({ page, expected }) => {
  expected.push(/40[01]|415/);
  await page.goto("/sign-in");
  const { csrfToken } = await (await page.request.get("/api/auth/csrf")).json();
  const send = (form: Record<string, string>) =>
    page.request.post("/api/auth/callback/credentials", {
      form: { csrfToken, json: "true", email: "a@b.example", password: "x", ...form },
    });
  for (const callbackUrl of ["http://[", "//evil.example", "https://evil.example/inbox", "javascript:alert(1)"]) {
    const answer = await send({ callbackUrl });
    expect(answer.status(), callbackUrl).toBe(401);
    expect(new URL((await answer.json()).url).origin).toBe(new URL(page.url()).origin);
    expect(answer.headers()["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  }
  const nought = await send({ email: "a\u0000b@c.example" });
  expect([nought.status(), (await nought.json()).url]).toEqual([401, expect.stringContaining("error=bad_credentials")]);
  const json = await page.request.post("/api/auth/callback/credentials", { data: { csrfToken, callbackUrl: {} } });
  expect(json.status()).toBe(415);
});
