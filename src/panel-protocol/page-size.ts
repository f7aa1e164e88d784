/** Most rows in one page of the audit log. */
export const AUDIT_PAGE = 100;
