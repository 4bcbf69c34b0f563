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
