/** The engine AeroDB: what is the same for all its clusters. The kernel's code is loaded at the first use. */
import { refusal } from '../../control-plane/model/errors.ts';
import { isUuid, quotedName } from '../../control-plane/model/plausible.ts';
import type { Member, Wire } from '../../control-plane/model/views.ts';
import type { EngineAdapter } from '../adapter.ts';
import { HTTP_SCHEMES } from '../http/schemes.ts';
import { httpToken } from '../http/token.ts';
import { MEANINGS } from './meanings.ts';

export const AERODB: EngineAdapter = {
  id: 'aerodb',
  label: 'AeroDB',
  namesMembers: false,
  addresses: {
    schemes: HTTP_SCHEMES,
    example: 'https://node-1.example:9191, https://node-2.example:9191',
    prompt:
      'The addresses of its nodes, in the order in which they are to be asked. Plain http is accepted ' +
      'only to loopback. Escape adds nothing.',
  },
  secrets: [
    httpToken({
      form: {
        holds: token => /^[\x21-\x7e]+$/.test(token),
        refused: 'The access token is empty or holds characters that an HTTP header cannot carry.',
        misfit: 'An access token contains only ASCII letters, digits and signs, and no spaces.',
        asked: null,
      },
      editor: {
        label: 'Access token',
        placeHolder: 'Access token',
        prompt:
          "Kept in the editor's secret store, never in settings or logs. Left empty: no token. Escape changes nothing.",
      },
    }),
  ],
  help: {},
  options: () => ({}),
  describeRecorded: async (target, kernel) => {
    const { COST_DOCUMENT, explanationDocument } = await import('./document.ts');
    // The record was already parsed as an explanation, and AeroDB's members have no extra fields to check.
    return kernel === null
      ? COST_DOCUMENT
      : explanationDocument({ target, epoch: kernel.epoch, members: kernel.members as readonly Wire<Member>[] });
  },
  bareAddress: url => url,
  past: async () => (await import('./past.ts')).PAST,
  wantsSecret: ({ domain, code }) => domain === 'KERNEL_REJECTION' && code === 'AERO_UNAUTHENTICATED',
  looksUpRequests: true,
  meanings: MEANINGS,
  invalidNodeId: node =>
    isUuid(node)
      ? undefined
      : refusal(
          'PHASE7_INVALID_NODE_ID',
          `${quotedName(node)} is not a node id: AeroDB's node ids are UUIDs. Nothing was sent.`,
          'node',
        ),
  load: () => import('./kernel.ts'),
  open: async (cluster, { token }, { tls, timeouts, fingerprint }) => {
    const { aerodbKernel } = await import('./kernel.ts');
    return aerodbKernel(cluster, { token, tls, timeouts }, fingerprint);
  },
};
