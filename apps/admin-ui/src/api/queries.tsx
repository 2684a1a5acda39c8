import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  AnchorChange,
  CertificateIdentity,
  CertificateToIdentify,
  Collections,
  Creations,
  List,
  Passkey,
  Session,
} from './entities.js';
import { problemOf } from './problem.js';
import { request, type Answer, type Query } from './request.js';

const API = '/api/v1';

/** A list, page by page; `items` are those of all pages read so far. */
export function useList<K extends keyof Collections>(
  collection: K,
  query: Query = {},
  isAwaited?: (entry: Collections[K]) => boolean,
) {
  const pages = useInfiniteQuery({
    queryKey: [collection, 'list', query],
    queryFn: async ({ pageParam, signal }) => {
      const path = `${API}/${collection}`;
      const answer = await request<List<Collections[K]>>('GET', path, {
        query: { ...query, after: pageParam },
        signal,
      });
      return answer.value;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      isAwaited !== undefined && state.data?.pages.some(({ items }) => items.some(isAwaited)) === true
        ? AWAITED_EVERY_MS
        : false,
  });
  return { ...pages, items: pages.data?.pages.flatMap(({ items }) => items) ?? [] };
}

const AWAITED_EVERY_MS = 3_000;

/** One member of a collection, with its version. */
export function useOne<K extends 'partners' | 'clients' | 'anchors'>(collection: K, id: string) {
  return useQuery({
    queryKey: [collection, 'one', id],
    queryFn: ({ signal }): Promise<Answer<Collections[K]>> =>
      request('GET', `${API}/${collection}/${encodeURIComponent(id)}`, { signal }),
  });
}

/** Every change may show anywhere (a suspension on four screens), so everything is asked again. */
function useChange<I, O>(change: (input: I) => Promise<Answer<O>>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (input: I) => (await change(input)).value,
    onSuccess: () => queries.invalidateQueries(),
    onError: (error) => {
      const { status } = problemOf(error);
      if (status === 401 || status === 412) void queries.invalidateQueries();
    },
  });
}

export function useCreate<K extends keyof Creations>(collection: K) {
  return useChange((body: Creations[K]) => request<Collections[K]>('POST', `${API}/${collection}`, { body }));
}

/** Several, one after the other: what was made before one is refused stays. */
export function useCreateAll<K extends keyof Creations>(collection: K) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (bodies: readonly Creations[K][]) => {
      for (const body of bodies) await request('POST', `${API}/${collection}`, { body });
    },
    onSettled: () => queries.invalidateQueries(),
  });
}

export function useSwitch(collection: 'partners' | 'clients' | 'anchors', id: string) {
  return useChange(({ verb, ifMatch }: { verb: 'suspend' | 'resume'; ifMatch: string | undefined }) =>
    request('POST', `${API}/${collection}/${encodeURIComponent(id)}/${verb}`, { ifMatch }),
  );
}

export function useRename(id: string, ifMatch: string | undefined) {
  return useChange((name: string) =>
    request('PATCH', `${API}/partners/${encodeURIComponent(id)}`, { body: { name }, ifMatch }),
  );
}

export function useChangeAnchor(id: string, ifMatch: string | undefined) {
  return useChange((body: AnchorChange) =>
    request('PATCH', `${API}/anchors/${encodeURIComponent(id)}`, { body, ifMatch }),
  );
}

/** Takes a credential out of use; `revoke` stops the tokens that it has got, too. */
export function useEndCredential(verb: 'retire' | 'revoke') {
  return useChange((id: string) => request('POST', `${API}/credentials/${encodeURIComponent(id)}/${verb}`));
}

export function useUnblock() {
  return useChange((thumbprint: string) =>
    request('DELETE', `${API}/certificate-blocks/${encodeURIComponent(thumbprint)}`),
  );
}

/** Whose certificate it is; nothing is asked before there is one. */
export function useIdentity(given: CertificateToIdentify | undefined) {
  return useQuery({
    queryKey: ['certificate-identity', given],
    queryFn: async ({ signal }) => {
      const path = `${API}/certificates:identify`;
      return (await request<CertificateIdentity>('POST', path, { body: given, signal })).value;
    },
    enabled: given !== undefined,
  });
}

export function useRemoveGrant() {
  return useChange((id: string) => request('DELETE', `${API}/grants/${encodeURIComponent(id)}`));
}

/** The own passkeys. */
export function usePasskeys() {
  return useQuery({
    queryKey: ['passkeys'],
    queryFn: async ({ signal }) =>
      (await request<Pick<List<Passkey>, 'items'>>('GET', '/auth/passkeys', { signal })).value.items,
  });
}

export function useRenamePasskey(id: string) {
  return useChange((name: string) => request('POST', '/auth/passkeys/rename', { body: { id, name } }));
}

export function useRemovePasskey() {
  return useChange((id: string) => request('POST', '/auth/passkeys/remove', { body: { id } }));
}

/** Who is signed in; null when nobody is. */
export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: async ({ signal }) => {
      try {
        return (await request<Session>('GET', '/auth/session', { signal })).value;
      } catch (error) {
        if (problemOf(error).status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Signs in or out, or adds to the account: whatever answers with no list. */
export function useAuth<I, O>(action: (input: I) => Promise<O>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: action, onSuccess: () => queries.invalidateQueries() });
}
