/** The longest text that a panel may ask the editor to copy, in UTF-16 units. Longer than any name or id. */
export const COPIED_TEXT = 1_000;
