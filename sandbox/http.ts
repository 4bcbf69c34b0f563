/** Bodies in, answers out: the little of HTTP that Graph, control and phone share. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type JsonObject, tryJson } from "./json";

/** Uploads of the media endpoint may be 100 MB; nothing else comes near. */
const BODY_LIMIT = 110 * 1024 * 1024;

export interface FilePart {
  name: string;
  filename?: string;
  mime: string;
  bytes: Buffer;
}

/** All bytes of the request. @throws Error above 110 MB */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = part as Buffer; // a request without an encoding yields buffers
    size += bytes.length;
    if (size > BODY_LIMIT) throw new Error("body too large");
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/**
 * The fields of a body in any of the forms Graph takes: JSON, form, multipart. Structured form fields are parsed.
 * @returns fields and files; undefined when a JSON body is not an object
 */
export function readFields(bytes: Buffer, contentType: string): { fields: JsonObject; files: FilePart[] } | undefined {
  if (bytes.length === 0) return { fields: {}, files: [] };
  const boundary = /multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary) return readMultipart(bytes, boundary);
  if (/application\/x-www-form-urlencoded/i.test(contentType)) {
    const fields: JsonObject = {};
    for (const [name, value] of new URLSearchParams(bytes.toString("utf8"))) fields[name] = structured(value);
    return { fields, files: [] };
  }
  const parsed = tryJson(bytes.toString("utf8"));
  return isObject(parsed) ? { fields: parsed, files: [] } : undefined;
}

const structured = (value: string): unknown => (/^[[{]/.test(value) ? (tryJson(value) ?? value) : value);

function readMultipart(bytes: Buffer, boundary: string): { fields: JsonObject; files: FilePart[] } {
  const fields: JsonObject = {};
  const files: FilePart[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = bytes.indexOf(mark);
  while (at >= 0) {
    const next = bytes.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = bytes.subarray(at + mark.length + 2, next - 2);
    const gap = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, gap).toString("utf8");
    const content = part.subarray(gap + 4);
    const name = /name="([^"]*)"/i.exec(head)?.[1] ?? "";
    const filename = /filename="([^"]*)"/i.exec(head)?.[1];
    const mime = /content-type:\s*([^\r\n]+)/i.exec(head)?.[1];
    if (filename !== undefined || (mime !== undefined && !mime.startsWith("text/plain"))) {
      files.push({
        name,
        mime: mime ?? "application/octet-stream",
        bytes: Buffer.from(content),
        ...(filename ? { filename } : {}),
      });
    } else {
      fields[name] = structured(content.toString("utf8"));
    }
    at = next;
  }
  return { fields, files };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: { [name: string]: string } = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": bytes.length,
    "cache-control": "no-store",
    ...headers,
  });
  response.end(bytes);
}

/** Answers with any other text or bytes. */
export function sendBytes(
  response: ServerResponse,
  status: number,
  type: string,
  body: Buffer | string,
  headers: { [name: string]: string } = {},
): void {
  const bytes = Buffer.from(body as string);
  response.writeHead(status, {
    "content-type": type,
    "content-length": bytes.length,
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(bytes);
}
