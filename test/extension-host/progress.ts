/** Follows the report of suites that run in another process. */
import { readReport, type ReportLine } from '../../scripts/lib/test-report.mjs';

/** Prints what a report says as it grows: the console of an extension host is not ours. */
export class Progress {
  private readonly file: string;
  private printed = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Prints what is new and returns everything. */
  update(): readonly ReportLine[] {
    const lines = readReport(this.file);
    for (const line of lines.slice(this.printed)) print(line);
    this.printed = lines.length;
    return lines;
  }

  get ended(): boolean {
    return this.update().some(({ event }) => event === 'end');
  }

  get failed(): boolean {
    const lines = this.update();
    return lines.length < 2 || lines.some(({ event }) => event === 'fail' || event === 'pending');
  }
}

function print(line: ReportLine): void {
  if (line.event === 'end') return;
  const mark = { pass: '✔', fail: '✘', pending: '-' }[line.event];
  process.stdout.write(`    ${mark} ${line.title} (${line.ms}ms)\n${line.event === 'fail' ? `${line.error}\n` : ''}`);
}
