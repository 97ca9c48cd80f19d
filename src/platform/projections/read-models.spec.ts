import { describe, expect, it } from '@jest/globals';
import { ReadModels, asyncReadModel, inlineReadModels } from './read-models.js';

const filed = { category: 'job', schemaVersion: 1 } as const;
const projection = { name: 'tasks', version: 1, keysOf: () => [], on: {} };
const ofBoards = { name: 'board', catalogue: { 'task.added': filed, 'board.made': filed }, projections: [projection] };
const ofTasks = { name: 'task', catalogue: { 'task.added': filed }, projections: [projection] };

const registered = (...streams: readonly (typeof ofBoards | typeof ofTasks)[]) => {
  const models = new ReadModels();
  for (const stream of streams) models.register(...inlineReadModels(stream as typeof ofBoards));
  return models;
};

describe('registering a read model', () => {
  it('makes one of what is registered with several types of streams, of the events of all', () => {
    expect(registered(ofTasks, ofBoards).all()).toEqual([
      {
        kind: 'inline',
        streamTypes: ['task', 'board'],
        catalogue: { 'task.added': filed, 'board.made': filed },
        projection,
      },
    ]);
  });

  it('refuses the same streams twice, and another read model of the same name', () => {
    const twice = 'The read model tasks is registered twice.';
    expect(() => registered(ofTasks, ofTasks)).toThrow(twice);
    expect(() => registered(ofTasks, { ...ofBoards, projections: [{ ...projection }] })).toThrow(twice);
    const models = registered(ofTasks);
    expect(() => {
      models.register(asyncReadModel(ofBoards as never, projection));
    }).toThrow(twice);
  });
});
