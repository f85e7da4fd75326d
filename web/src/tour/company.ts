/** The tour's conversations are with this company of the demo. */
export const TOUR_COMPANY = "Aurora Cloud";
