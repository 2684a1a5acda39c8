import type { ReactNode } from 'react';

function icon(drawing: ReactNode) {
  return function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const CopyIcon = icon(<path d="M9 9h11v11H9zM5 15H4V4h11v1" />);
export const DoneIcon = icon(<path d="M5 12.5l4.5 4.5L19 7.5" />);
export const CrossIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const WarningIcon = icon(<path d="M12 4l9 16H3zM12 10v4M12 17v.2" />);
export const PartnersIcon = icon(
  <path d="M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 4.5a3.5 3.5 0 010 6.5M18 14a6.5 6.5 0 013.5 6" />,
);
export const RequestsIcon = icon(<path d="M3 12h4l3-7 4 14 3-7h4" />);
export const StoppedIcon = icon(<path d="M12 21a9 9 0 100-18 9 9 0 000 18zM5.6 5.6l12.8 12.8" />);
export const AuditIcon = icon(<path d="M6 3h9l4 4v14H6zM9 11h7M9 15h7" />);
export const AnchorIcon = icon(<path d="M12 3l8 3v6c0 4.5-3.2 7.6-8 9-4.8-1.4-8-4.5-8-9V6zM9 12l2 2 4-4" />);
export const ResourceIcon = icon(<path d="M4 5h16v6H4zM4 13h16v6H4zM8 8h.1M8 16h.1" />);
export const AccountIcon = icon(<path d="M12 12a4 4 0 100-8 4 4 0 000 8zM4 21a8 8 0 0116 0" />);
export const SunIcon = icon(
  <path d="M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5" />,
);
export const MoonIcon = icon(<path d="M20 14.5A8.5 8.5 0 119.5 4a7 7 0 0010.5 10.5z" />);
export const KeyIcon = icon(<path d="M8 19a5 5 0 100-10 5 5 0 000 10zM11.5 10.5L20 2M16 6l3 3" />);
