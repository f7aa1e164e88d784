/**
 * Labels in the display language. What a kernel, the audit log or the control plane says is not translated: it is shown
 * as it was said and recorded.
 */

/** The dictionary that the editor put into the page. Without it, labels are English. */
const dictionary = read(document.querySelector('#dictionary')?.textContent ?? '{}');

/** A label, with `{0}`, `{1}` … replaced by the values. */
export function t(label: string, ...values: readonly (string | number)[]): string {
  return (dictionary.get(label) ?? label).replaceAll(/\{(\d+)\}/gu, (whole, index: string) =>
    String(values[Number(index)] ?? whole),
  );
}

function read(json: string): ReadonlyMap<string, string> {
  const parsed: unknown = JSON.parse(json);
  return new Map(
    typeof parsed === 'object' && parsed !== null
      ? Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      : [],
  );
}
