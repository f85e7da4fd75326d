/* The engine's own, to be drawn into the curve: engine/tone.py and the default of `frustration_hand_over`. */

/** Feelings (−1…1) below −0.3 are negative, above 0.3 positive. */
export const FEELING = 0.3;

/** From this frustration (0…1) on a person is brought in. */
export const HAND_OVER_FRUSTRATION = 0.8;
