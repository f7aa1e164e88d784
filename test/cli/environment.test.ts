/** Tests which environment variables the terminal program takes for secrets. */
import assert from 'node:assert/strict';
import { exposedSecretVariable, takeEnvironment } from '../../src/cli/environment.ts';
import { ENGINES } from '../../src/engines/registry.ts';

const VARIABLES = [...new Set(ENGINES.flatMap(({ secrets }) => secrets.map(({ terminal }) => terminal.variable)))];

describe('the secret variables of the terminal program', () => {
  it('are those of every engine: an argument that holds one of them is found', () => {
    assert.ok(VARIABLES.includes('AERODB_TOKEN') && VARIABLES.includes('AERODB_CONTROL_LOGIN'));
    for (const variable of VARIABLES)
      for (const argument of ['canary-secret-word', '--reason=canary-secret-word'])
        assert.equal(exposedSecretVariable([argument], { [variable]: 'user:canary-secret-word' }), variable);
  });

  it('are removed from the environment of the process', () => {
    for (const variable of VARIABLES) process.env[variable] = 'canary-secret-word';
    const found = takeEnvironment();
    for (const variable of VARIABLES)
      assert.deepEqual([found[variable], process.env[variable]], ['canary-secret-word', undefined], variable);
  });
});
