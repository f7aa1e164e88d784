/** Tests in which folder the audit log stands on each operating system. */
import assert from 'node:assert/strict';
import { defaultAuditDirectory } from '../../src/audit/location.ts';

describe('where the audit log stands', () => {
  const linux = { platform: 'linux', home: () => '/home/alice' } as const;

  it(
    'Linux: $XDG_STATE_HOME/aerodb, or ~/.local/state/aerodb; a relative XDG path is ignored as its specification ' +
      'says',
    () => {
      assert.equal(defaultAuditDirectory({ ...linux, env: { XDG_STATE_HOME: '/var/state' } }), '/var/state/aerodb');
      assert.equal(defaultAuditDirectory({ ...linux, env: {} }), '/home/alice/.local/state/aerodb');
      assert.equal(
        defaultAuditDirectory({ ...linux, env: { XDG_STATE_HOME: 'state' } }),
        '/home/alice/.local/state/aerodb',
      );
      assert.equal(defaultAuditDirectory({ ...linux, env: { XDG_STATE_HOME: '' } }), '/home/alice/.local/state/aerodb');
    },
  );

  it('macOS: ~/Library/Application Support/AeroDB', () => {
    assert.equal(
      defaultAuditDirectory({ platform: 'darwin', env: {}, home: () => '/Users/alice' }),
      '/Users/alice/Library/Application Support/AeroDB',
    );
  });

  it('Windows: %LOCALAPPDATA%\\AeroDB, or the same below the profile', () => {
    const windows = { platform: 'win32', home: () => 'C:\\Users\\alice' } as const;
    assert.equal(defaultAuditDirectory({ ...windows, env: { LOCALAPPDATA: 'D:\\Local' } }), 'D:\\Local\\AeroDB');
    assert.equal(defaultAuditDirectory({ ...windows, env: {} }), 'C:\\Users\\alice\\AppData\\Local\\AeroDB');
  });
});
