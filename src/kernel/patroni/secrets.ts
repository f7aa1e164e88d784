/** Which of the values that Patroni shows are secrets: they are withheld from every view and record, and named there. */

const SECRET_NAME = /pass(?:word|wd|file)?$|passphrase|pgpass|secret|token|credential|private|(?:api|access)_?key/i;
/** Assignments, options of a command, headers of a request, and logins in an address. */
const SECRET_VALUE = /(?:password|passwd|passphrase|secret|token|credential|(?:api|access)_?key)\S*\s*[=:]|--[\w-]*(?:password|passwd|passphrase|secret|token|credential|key)[\s=]|\bauthorization\b|\bbearer\s|:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** What stands in place of a value that its name (nested names joined by dots) or its own text calls a secret; nothing where neither does. */
export function withheld(name: string, value: string): string | undefined {
  return value !== '' && (name.split('.').some((part) => SECRET_NAME.test(part)) || SECRET_VALUE.test(value)) ? '[withheld]' : undefined;
}
