/** Loads Meta's JavaScript SDK and opens its signup window. Source: Meta, Embedded Signup, "Implementation". */
import type { PressView } from "@/lib/onboarding/views";

interface LoginAnswer {
  authResponse?: { code?: unknown } | null;
}
interface FacebookSdk {
  init(options: object): void;
  login(callback: (answer: LoginAnswer) => void, options: object): void;
}
declare global {
  interface Window {
    FB?: FacebookSdk;
    fbAsyncInit?: () => void;
  }
}

let loading: Promise<FacebookSdk> | undefined;

/** Resolves once the SDK is ready. A failure is forgotten, so that a later call tries again. */
export function loadSdk({ sdkUrl, appId, version }: PressView): Promise<FacebookSdk> {
  loading ??= new Promise<FacebookSdk>((resolve, reject) => {
    const ready = () => {
      if (!window.FB) return;
      window.FB.init({ appId, version, xfbml: false, autoLogAppEvents: false });
      resolve(window.FB);
    };
    window.fbAsyncInit = ready;
    const script = document.createElement("script");
    script.src = sdkUrl;
    script.async = true;
    script.onerror = () => reject(new Error("the script did not load"));
    document.head.append(script);
  }).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * Opens the window; must be called in the click itself, or the browser blocks it.
 * @param onEnd called once with the code, or null when the person came back without one
 */
export function openSignup(sdk: FacebookSdk, press: PressView, onEnd: (code: string | null) => void): void {
  sdk.login(
    (answer) => {
      const code = answer.authResponse?.code;
      onEnd(typeof code === "string" && code !== "" ? code : null);
    },
    {
      config_id: press.configId,
      response_type: "code",
      override_default_response_type: true,
      extras: {
        setup: {},
        featureType: press.path === "coexistence" ? "whatsapp_business_app_onboarding" : "",
        sessionInfoVersion: "3",
      },
    },
  );
}
