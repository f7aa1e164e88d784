/** How long a text may be that a panel asks the editor to copy: longer than any name or id, in UTF-16 units. */
export const COPIED_TEXT = 1_000;
