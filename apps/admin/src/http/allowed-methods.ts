import { OPERATIONS } from '@holdfast/admin-contract';
import type { AllowedMethods } from '@holdfast/http-platform';

/** Which methods each path of the API has, from the one list of its operations. GET answers HEAD, too. */
export const API_METHODS: AllowedMethods = [...new Set(OPERATIONS.map(({ path }) => path))].map((path) => {
  const methods = OPERATIONS.filter((operation) => operation.path === path).map(({ method }) =>
    method === 'get' ? 'GET, HEAD' : method.toUpperCase(),
  );
  return [new RegExp(`^${path.replaceAll('{id}', '[^/]+')}$`), methods.join(', ')];
});
