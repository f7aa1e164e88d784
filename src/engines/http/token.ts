/** The secret that every HTTP request carries: what it is bound to and where it is found. */
import { urlsOf } from '../../control-plane/clusters/cluster.ts';
import type { SecretKind } from '../../control-plane/engine.ts';

/** What an engine says about its token: its form, and how the editor asks for it. */
interface OwnToken {
  readonly form: NonNullable<SecretKind['form']>;
  readonly editor: Pick<SecretKind['editor'], 'label' | 'placeHolder' | 'prompt'>;
}

/** The token of a cluster: a person gives it for the cluster's addresses, and it is sent only to those. */
export function httpToken({ form, editor }: OwnToken): SecretKind {
  return {
    id: 'token',
    noun: 'access token',
    boundTo: cluster => [
      urlsOf(cluster)
        .map(url => new URL(url).origin)
        .sort(),
    ],
    form,
    terminal: { files: 'tokenFiles', variable: 'AERODB_TOKEN' },
    editor: {
      ...editor,
      kept:
        'AeroDB: the access token of "{0}" is in the editor\'s secret store. It is sent to the configured endpoints ' +
        'only.',
      removed: 'AeroDB: the access token of "{0}" was removed from the secret store.',
    },
  };
}
