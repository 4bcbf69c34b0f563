/** The mark: an opening and a closing quotation mark, each reaching around the other. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <path className="fill-accent" d={QUOTE} />
      <path className="fill-accent opacity-60" d={QUOTE} transform="rotate(180 12 12)" />
    </svg>
  );
}

const QUOTE =
  "M1.5 13C1.5 6.6 5.600 2.300 12.400 1.600a.8.8 0 0 1 .9.800v1.300a.8.8 0 0 1-.7.800C8.700 5 6.200 7.200 5.400 10.600H8.100a2.400 2.400 0 0 1 2.400 2.400v3.800a2.400 2.400 0 0 1-2.400 2.400H3.900a2.400 2.400 0 0 1-2.400-2.400z";
