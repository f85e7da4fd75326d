import type { ReactNode } from "react";

function icon(drawing: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        className="icon"
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
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

export const SendIcon = icon(<path d="M12 19V5m-6 6 6-6 6 6" />);
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8" r="3.6" />
    <path d="M4.8 20c.8-3.7 3.7-5.6 7.2-5.6s6.4 1.9 7.2 5.6" />
  </>,
);
export const MenuIcon = icon(
  <>
    <circle cx="12" cy="5" r="1" fill="currentColor" />
    <circle cx="12" cy="12" r="1" fill="currentColor" />
    <circle cx="12" cy="19" r="1" fill="currentColor" />
  </>,
);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />);
export const BackIcon = icon(<path d="M19 12H5m6-6-6 6 6 6" />);
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="11" height="11" rx="2.5" />
    <path d="M15 9V6.500A2.5 2.5 0 0 0 12.5 4h-6A2.5 2.5 0 0 0 4 6.5v6A2.5 2.5 0 0 0 6.5 15H9" />
  </>,
);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const ThumbUpIcon = icon(
  <path d="M7 11v9H4.500A1.5 1.5 0 0 1 3 18.5v-6A1.5 1.5 0 0 1 4.5 11zm0 0 4-7.5c1.4 0 2.5 1.1 2.5 2.5v3h5.200a2 2 0 0 1 2 2.3l-1.1 7a2 2 0 0 1-2 1.7H7" />,
);
export const ThumbDownIcon = icon(
  <path d="M17 13V4h2.500A1.5 1.5 0 0 1 21 5.5v6a1.5 1.5 0 0 1-1.5 1.5zm0 0-4 7.5A2.5 2.5 0 0 1 10.5 18v-3H5.300a2 2 0 0 1-2-2.3l1.1-7a2 2 0 0 1 2-1.7H17" />,
);
export const ArticleIcon = icon(
  <>
    <path d="M6.5 3.5h7.500l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H6.500A1.5 1.5 0 0 1 5 19V5a1.5 1.5 0 0 1 1.5-1.5z" />
    <path d="M8.5 12h7m-7 4h5" />
  </>,
);
export const RecordIcon = icon(
  <>
    <path d="M3.5 8.5A1.5 1.5 0 0 1 5 7h14a1.5 1.5 0 0 1 1.5 1.5V18a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18z" />
    <path d="M8.5 7V5.500A1.5 1.5 0 0 1 10 4h4a1.5 1.5 0 0 1 1.5 1.5V7m-12 5.5h17" />
  </>,
);
export const ActionIcon = icon(<path d="M13 3 5 13.5h6L10.5 21 19 10.5h-6z" />);
export const DownloadIcon = icon(<path d="M12 4v11m-5-5 5 5 5-5M5 20h14" />);
export const EditIcon = icon(<path d="m5 19 .8-3.6L16 5.2a1.8 1.8 0 0 1 2.6 2.6L8.5 18.1z" />);
export const TrashIcon = icon(<path d="M5 7h14M10 7V5h4v2m3 0-.8 12H7.8L7 7" />);
export const StarIcon = icon(
  <path d="m12 3.8 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z" fill="currentColor" />,
);
export const WarningIcon = icon(
  <>
    <path d="M12 4 2.8 19.5h18.400z" />
    <path d="M12 10v4m0 2.8v.1" />
  </>,
);
export const InspectIcon = icon(
  <>
    <circle cx="10.5" cy="10.5" r="6" />
    <path d="m15 15 5 5M8 11.500v-1.500m2.500 1.500v-3.500m2.500 3.500v-2.500" />
  </>,
);
export const PlayIcon = icon(<path d="M8 5.500v13l10.500-6.500z" fill="currentColor" />);
export const PauseIcon = icon(<path d="M8 5.500v13m8-13v13" strokeWidth="3" />);
export const StepIcon = icon(<path d="M5 5.500v13l8-6.500zM18 6v12" />);
export const NextIcon = icon(<path d="m5 6 6 6-6 6m8-12 6 6-6 6" />);
export const RestartIcon = icon(<path d="M4.500 5v5h5M5 10a7.500 7.500 0 1 1-.5 4.500" />);
