/** Logo of Claviger, which means key bearer. */
export function BrandMark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#1d4ed8" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="12" cy="13" r="4.6" />
        <path d="m15.4 16.4 8.2 8.2m-3.4-3.4 2.7-2.7" />
      </g>
    </svg>
  );
}
