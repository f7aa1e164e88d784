/** Lines in one page of the audit log, at most. */
export const AUDIT_PAGE = 100;
