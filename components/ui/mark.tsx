/** The mark: an opening and a closing quotation mark, locked into each other. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <path
        className="fill-accent"
        d="M2 12.200C2 7.400 4.900 4 9.400 3.200l.7 2.500c-2.300.7-3.700 2.200-4 4.100h3.100c1.400 0 2.300.9 2.300 2.300v4.600c0 1.400-.9 2.300-2.300 2.300H4.300C2.900 19 2 18.100 2 16.700z"
      />
      <path
        className="fill-accent opacity-55"
        d="M22 11.800c0 4.800-2.900 8.200-7.400 9l-.7-2.500c2.300-.7 3.700-2.200 4-4.100h-3.100c-1.400 0-2.300-.9-2.300-2.300V7.300C12.500 5.900 13.400 5 14.800 5h4.900C21.100 5 22 5.900 22 7.300z"
      />
    </svg>
  );
}
