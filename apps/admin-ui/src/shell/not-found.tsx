import { Text } from '@mantine/core';
import { RouteButton } from '../parts/route-button.js';
import { Failure } from '../parts/states.js';
import { Entrance } from '../session/entrance.js';

export function NotFound() {
  return (
    <Entrance title="There is no such page">
      <Text mb="md">The address may be misspelt, or what stood here is gone.</Text>
      <RouteButton to="/partners">Go to partners</RouteButton>
    </Entrance>
  );
}

/** A mistake in a page itself; the rest of the application still works. */
export function PageFailed({ error }: { error: unknown }) {
  return (
    <Entrance title="This page failed">
      <Failure error={error} retry={() => location.reload()} />
    </Entrance>
  );
}
