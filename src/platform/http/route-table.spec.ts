import { describe, expect, it } from '@jest/globals';
import { RouteTable } from './route-table.js';

function table() {
  const routes = new RouteTable();
  routes.add('GET', '/things');
  routes.add(['POST', 'GET'], '/things');
  routes.add('DELETE', '/things/:id');
  return routes;
}

describe('the route table', () => {
  it('names the methods of an address once each', () => expect(table().methodsAt('/things')).toEqual(['GET', 'POST']));

  it('matches parameters and a slash at the end', () => expect(table().methodsAt('/things/7/')).toEqual(['DELETE']));

  it.each(['/', '/thing', '/things/7/parts', '/things//'])('knows no method at %s', (path) =>
    expect(table().methodsAt(path)).toEqual([]),
  );
});
