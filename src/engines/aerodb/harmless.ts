/**
 * Lists which values of a node's diagnostics are known to be harmless: those of AeroDB's own kernel. The contract
 * leaves the names open, so another kernel may send anything; unknown values are withheld, and their names are shown.
 */
import { isName, isNodeName, isPath, WITHHELD } from '../../control-plane/model/plausible.ts';
import type { DiagnosticsView, Reading } from '../../control-plane/model/views.ts';

const KNOWN = new Set(
  `
  node_id name lifecycle started_at control_version role state halt_reason primary_id committed_offset
  writes_waiting_for_a_majority adopted_epoch adopted_for marker events segments oldest_offset append_offset
  durable_offset checksums verified_to_offset applied_commit_id visible_commit_id rows snapshots directory files bytes
  pid node platform rss_bytes heap_used_bytes uptime_seconds
`
    .trim()
    .split(/\s+/u),
);
/** A number of any size, or a time. */
const FACT = /^(?:-?\d{1,20}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)$/u;

/** The same reading with harmless values only; `redacted` names the rest. */
export function harmless(reading: Reading<DiagnosticsView>): Reading<DiagnosticsView> {
  const redacted: string[] = [];
  const sections = reading.view.sections.map(({ name, entries }) => ({
    name: shown(name),
    entries: entries.map(entry => {
      const key = shown(entry.key);
      const isKnown =
        KNOWN.has(entry.key) && (FACT.test(entry.value) || isNodeName(entry.value) || isPath(entry.value));
      if (!isKnown) redacted.push(`${shown(name)}.${key}`);
      return { key, value: isKnown ? entry.value : WITHHELD };
    }),
  }));
  const names = [...new Set(redacted)];
  if (names.length === 0) return { ...reading, view: { sections } };
  const note = `Withheld, because it is not on the list of what is known to be harmless: ${names.join(', ')}.`;
  return { ...reading, view: { sections }, notes: [...reading.notes, note], redacted: names };
}

function shown(name: string): string {
  return isName(name) ? name : WITHHELD;
}
