import { request } from "@/components/data/http";

/** Anything that turns unknown data into a typed value or throws: a zod schema. */
export interface Parser<T> {
  parse(data: unknown): T;
}

/** The typed client: each answer is parsed by the view it is said to be. */
export const api = {
  get: async <T>(path: string, view: Parser<T>, signal?: AbortSignal) =>
    view.parse(await request("GET", path, undefined, { signal })),
  post: async <T>(path: string, body: unknown, view: Parser<T>, signal?: AbortSignal) =>
    view.parse(await request("POST", path, body, { signal })),
  put: async <T>(path: string, body: unknown, view: Parser<T>) => view.parse(await request("PUT", path, body)),
  patch: async <T>(path: string, body: unknown, view: Parser<T>) => view.parse(await request("PATCH", path, body)),
  /** For calls whose answer says nothing more than that it worked. */
  send: (method: "POST" | "PUT" | "DELETE", path: string, body: unknown, keepalive = false) =>
    request(method, path, body, { keepalive }),
};
