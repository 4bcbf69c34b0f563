/** One server-sent event stream: ids only when we have one, an end the server can set, and a cap on what a slow reader may leave waiting. */

const encoder = new TextEncoder();
const PING_MS = 15_000;
const MOST_WAITING = 500;

export interface EventStream {
  readonly response: Response;
  /** Sends one event; a reader that fell hopelessly behind is closed and will resume. */
  send(event: string, data: object, id?: string): void;
  close(): void;
}

/** @param onClose called once, whoever ended it */
export function openEventStream(signal: AbortSignal, onClose: () => void): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    clearInterval(ping);
    try {
      controller?.close();
    } catch {
      // the reader closed it first
    }
    onClose();
  };
  const write = (text: string) => {
    if (!open || !controller) return;
    if ((controller.desiredSize ?? 0) < -MOST_WAITING) return end();
    controller.enqueue(encoder.encode(text));
  };
  const ping = setInterval(() => write(":\n\n"), PING_MS);
  const body = new ReadableStream<Uint8Array>({
    start: (c) => {
      controller = c;
      write("retry: 1000\n\n");
    },
    cancel: end,
  });
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  return {
    response: new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      },
    }),
    send: (event, data, id) => write(`${id ? `id: ${id}\n` : ""}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    close: end,
  };
}
