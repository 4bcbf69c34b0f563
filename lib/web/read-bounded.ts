/** A request's body under a cap, counted while it is read. */
export async function readBounded(request: Request, cap: number): Promise<Buffer | "too_large"> {
  if (Number(request.headers.get("content-length") ?? 0) > cap) return "too_large";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > cap) return "too_large";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
