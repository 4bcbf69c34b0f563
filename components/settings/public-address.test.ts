import { expect, it } from "vitest";
import { isPublicHttps } from "@/components/settings/public-address";

it.each([
  "https://inbox.parley.law/api/webhooks/whatsapp",
  "https://8.8.8.8/x",
  "https://172.32.0.1/",
  "https://[2606:4700::1111]/",
])("Meta can reach %s", (address) => expect(isPublicHttps(address)).toBe(true));
it.each([
  "http://inbox.parley.law/api/webhooks/whatsapp",
  "http://127.0.0.1:3001/api/webhooks/whatsapp",
  "https://localhost:3000/",
  "https://parley.local/",
  "https://parley/",
  "https://10.0.0.4/",
  "https://192.168.1.4/",
  "https://172.16.0.1/",
  "https://[::1]/",
  "https://[fd00::1]/",
  "no address",
])("Meta cannot reach %s", (address) => expect(isPublicHttps(address)).toBe(false));
