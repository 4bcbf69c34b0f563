import { ProblemError, request } from "@/components/data/http";

const field = (value: unknown, name: string): string => {
  const found =
    typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
  return typeof found === "string" ? found : "";
};

/** Signs in through next-auth. Answers null when it worked, else the reason key. */
export async function signIn(email: string, password: string): Promise<string | null> {
  try {
    const csrfToken = field(await request("GET", "/api/auth/csrf"), "csrfToken");
    const form = { csrfToken, email, password, json: "true", callbackUrl: "/inbox" };
    const answer = await request("POST", "/api/auth/callback/credentials", undefined, { form });
    return new URL(field(answer, "url") || "/", window.location.origin).searchParams.get("error");
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // next-auth answers a refusal with 401 and the reason in the url of its body; a plain 401 is a wrong password.
    return error.refusal ?? (error.status === 401 ? "bad_credentials" : error.detail);
  }
}
