"use client";
import { Fragment, type ReactNode, useMemo } from "react";
import { safeText } from "@/components/inbox/safe-text";
import { webHref } from "@/components/inbox/web-links";
import { type Block, type Inline, parseWhatsApp } from "@/components/inbox/whatsapp-text";

/** A link leaves for the web only, says where it goes, and takes nothing of ours along. */
function WebLink({ text }: { text: string }) {
  const href = webHref(text);
  if (!href) return text;
  return (
    <a
      href={href}
      title={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="rounded-sm text-accent-ink underline underline-offset-3 [overflow-wrap:anywhere] hover:decoration-2"
    >
      {text}
    </a>
  );
}

function draw(node: Inline): ReactNode {
  switch (node.kind) {
    case "text":
      return node.text;
    case "link":
      return <WebLink text={node.text} />;
    case "code":
      return (
        <code dir="ltr" className="rounded-sm bg-chip px-1 font-mono text-[0.875em]">
          {node.text}
        </code>
      );
    case "bold":
      return <strong className="font-semibold">{drawAll(node.children)}</strong>;
    case "italic":
      return <em>{drawAll(node.children)}</em>;
    case "strike":
      return <s>{drawAll(node.children)}</s>;
  }
}

const drawAll = (nodes: Inline[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
  nodes.map((node, index) => <Fragment key={index}>{draw(node)}</Fragment>);

const lines = (all: Inline[][]) =>
  all.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one text never move
    <Fragment key={index}>
      {index > 0 && "\n"}
      {drawAll(line)}
    </Fragment>
  ));

const entries = (items: Inline[][]) =>
  items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the entries of one text never move
    <li key={index} dir="auto">
      {drawAll(item)}
    </li>
  ));

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "lines":
      return (
        <p dir="auto" className="whitespace-pre-wrap">
          {lines(block.lines)}
        </p>
      );
    case "quote":
      return (
        <blockquote dir="auto" className="my-0.5 border-s-2 border-line-strong ps-2 whitespace-pre-wrap text-muted">
          {lines(block.lines)}
        </blockquote>
      );
    case "bullets":
      return <ul className="my-0.5 list-disc ps-5">{entries(block.items)}</ul>;
    case "numbers":
      return (
        <ol start={block.start} className="my-0.5 list-decimal ps-6">
          {entries(block.items)}
        </ol>
      );
    case "pre":
      return (
        <pre dir="ltr" className="my-0.5 overflow-x-auto rounded-sm bg-chip px-2 py-1 font-mono text-sm whitespace-pre-wrap">
          {block.text}
        </pre>
      );
  }
}

/** A text with WhatsApp's marks drawn and its links made safe. */
export function MessageText({ text }: { text: string }) {
  const blocks = useMemo(() => parseWhatsApp(safeText(text)), [text]);
  return (
    <div className="[overflow-wrap:anywhere]">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of one text never move
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}
