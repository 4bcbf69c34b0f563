"use client";
import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { signIn } from "@/components/data/sign-in";
import { useHydrated } from "@/components/data/use-hydrated";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";

type Reason =
  | "email_required"
  | "email_invalid"
  | "password_required"
  | "bad_credentials"
  | "too_many_attempts"
  | "no_organisation"
  | "unavailable"
  | "offline";
export interface SignInWords {
  email: string;
  password: string;
  submit: string;
  pending: string;
  show: string;
  hide: string;
  errors: Record<Reason, string>;
}
interface Errors {
  email?: Reason;
  password?: Reason;
  form?: Reason;
}

const EMAIL = /^[^\s@]+@[^\s@]+$/;

function check(email: string, password: string): Errors {
  const errors: Errors = {};
  if (!email) errors.email = "email_required";
  else if (!EMAIL.test(email)) errors.email = "email_invalid";
  if (!password) errors.password = "password_required";
  return errors;
}

/** Native fields that password managers know; what is wrong stands at the field it concerns, and focus goes there. */
export function SignInForm({ words, refused }: { words: SignInWords; refused: string | null }) {
  const hydrated = useHydrated();
  const form = useRef<HTMLFormElement>(null);
  const isReason = (value: string): value is Reason => Object.hasOwn(words.errors, value);
  const asErrors = (detail: string): Errors => {
    const reason = isReason(detail) ? detail : "unavailable";
    return reason === "bad_credentials" ? { password: reason } : { form: reason };
  };
  const [errors, setErrors] = useState<Errors>(refused ? asErrors(refused) : {});
  const [pending, setPending] = useState(false);
  const [visible, setVisible] = useState(false);
  const text = (reason: Reason | undefined) => (reason ? words.errors[reason] : null);
  const fail = (found: Errors) => {
    setErrors(found);
    setPending(false);
    const name = found.email ? "email" : found.password ? "password" : null;
    if (name) form.current?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.focus();
  };
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const email = String(data.get("email") ?? "").trim();
    const password = String(data.get("password") ?? "");
    const found = check(email, password);
    if (found.email || found.password) return fail(found);
    setErrors({});
    setPending(true);
    const refusal = await signIn(email, password);
    if (refusal) return fail(asErrors(refusal));
    window.location.assign("/inbox");
  };
  return (
    <form ref={form} method="post" noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      <div role="alert" className="empty:hidden rounded bg-danger-soft px-3 py-2 text-sm text-danger-ink">
        {text(errors.form)}
      </div>
      <Field label={words.email} error={text(errors.email)}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        )}
      </Field>
      <div className="relative">
        <Field label={words.password} error={text(errors.password)}>
          {(control) => (
            <Input
              {...control}
              name="password"
              type={visible ? "text" : "password"}
              autoComplete="current-password"
              required
              className="pe-11"
            />
          )}
        </Field>
        <IconButton
          label={visible ? words.hide : words.show}
          icon={visible ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
          disabled={!hydrated}
          onClick={() => setVisible(!visible)}
          className="absolute end-1 top-7 size-8 pointer-coarse:top-6"
        />
      </div>
      <Button type="submit" variant="primary" size="lg" disabled={!hydrated} pending={pending} className="mt-2">
        {pending ? words.pending : words.submit}
      </Button>
    </form>
  );
}
