/** mocha's own report for the person who watches, and a file of results for `npm test`, which adds them up. */
import Mocha from 'mocha';
import { recordRun, REPORT_VARIABLE } from './test-report.mjs';

export default class Reporter extends Mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env[REPORT_VARIABLE];
    if (file !== undefined) recordRun(runner, file);
  }
}
