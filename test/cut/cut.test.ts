/** Runs a campaign in which the connection of each control request is cut, and checks what is reported. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issue } from '../support/certificates.ts';
import { TemporaryFolder } from '../support/folders.ts';
import { generator, seedFrom } from '../support/seed.ts';
import { campaign, COMMANDS, harmText, judgeTruth, told } from './campaign.ts';
import type { Harm } from '../support/proxy.ts';
import { Stand } from './stand.ts';

const SEED = seedFrom('AERODB_CUT_SEED');
const POSITIONS = Number(process.env['AERODB_CUT_POSITIONS'] ?? 300);

describe('a control request whose connection is cut', function () {
  this.timeout(240_000);

  before(() => {
    process.stdout.write(
      `    cuts: seed ${SEED}, ${POSITIONS} places for each command besides every boundary; ` +
        `AERODB_CUT_SEED=${SEED} repeats them\n`,
    );
  });

  for (const commands of [COMMANDS.filter(command => command !== 'force_promotion'), ['force_promotion']] as const) {
    it(
      `also P7-E2, P7-F3, P7-O3, freeze/audit-first: ${commands.join(' and ')}, closed, reset, delayed and ` +
        'outlasted at every boundary and at places drawn from the seed: what is reported is what the kernel ' +
        'did, once, and the log says so',
      async () => {
        const report = await campaign({ seed: SEED, positions: POSITIONS, all: false, commands });
        process.stdout.write(`      ${JSON.stringify(report)}\n`);
        for (const command of commands) {
          const { cases = 0, executed = 0, told: said } = report[command] ?? {};
          assert.ok(
            cases > POSITIONS && executed > cases / 2,
            'the dangerous cases, in which the kernel executed, are the majority',
          );
          assert.ok((said?.executed ?? 0) > 0 && (said?.unknown ?? 0) > executed / 2);
        }
      },
    );
  }

  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    it(`also P7-E2, P7-F3: the same in the ciphertext of ${version}, handshake included`, async () => {
      using folder = new TemporaryFolder('aerodb-cut-tls-');
      const ca = issue({ name: 'the CA of a cut', ca: true });
      const caFile = join(folder.path, 'ca.pem');
      writeFileSync(caFile, ca.cert);
      await using stand = await Stand.start({
        ...issue({ name: 'db', issuer: ca, ip: ['127.0.0.1'] }),
        caFile,
        version,
      });
      const node = stand.cluster.node(1);
      const random = generator(SEED);
      let primary = true;
      const seen = new Set<string>();
      const cut = async (harm: Harm | undefined): Promise<void> => {
        const command = primary ? 'request_demotion' : 'request_promotion';
        const ordered = await stand.order(command, node, harm);
        try {
          judgeTruth(stand, command, ordered);
        } catch (error) {
          throw new Error(`${command} (${harmText(harm)}), seed ${SEED}: ${String(error)}`, { cause: error });
        }
        primary = ordered.after.role === 'primary';
        seen.add(`${told(ordered)}, ${ordered.after.outcome ?? 'never begun'}`);
      };
      await cut(undefined);
      const [sample] = stand.proxy(node).passed;
      assert.ok(sample);
      const sizes = { request: sample.request.length, response: sample.response.length };
      for (const side of ['request', 'response'] as const) {
        for (let tenth = 0; tenth <= 10; tenth += 1) {
          for (const how of ['close', 'reset'] as const)
            await cut({
              how,
              side,
              where: { kind: 'byte', n: Math.min(sizes[side], Math.floor(((tenth + random()) * sizes[side]) / 10)) },
            });
        }
      }
      for (const which of [
        'unknown, executed',
        'unknown, never begun',
        'not_executed, never begun',
        'executed, executed',
      ])
        assert.ok(seen.has(which), `${which} was never seen: ${[...seen].join('; ')}`);
    });
  }
});
