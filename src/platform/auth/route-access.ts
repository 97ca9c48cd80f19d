import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { accessOf } from './access.js';

/**
 * Refuses to start while any route does not say who may call it: forgetting must not open a door.
 *
 * @throws Error naming every such route
 */
export function requireAccessOnEveryRoute(modules: ModulesContainer): void {
  const forgotten = [...modules.values()]
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) => handlersWithoutAccess(metatype as { name: string; prototype: object } | null));
  if (forgotten.length === 0) return;
  throw new Error(`Say who may call with @Allow(...) or @Public(): ${[...new Set(forgotten)].join(', ')}`);
}

function handlersWithoutAccess(controller: { name: string; prototype: object } | null): readonly string[] {
  if (controller === null) return [];
  const handlers = controller.prototype as Readonly<Record<string, object>>;
  return new MetadataScanner()
    .getAllMethodNames(controller.prototype)
    .filter((name) => isUnguardedRoute(handlers[name]))
    .map((name) => `${controller.name}.${name}`);
}

function isUnguardedRoute(handler: object | undefined): boolean {
  if (handler === undefined || accessOf(handler) !== undefined) return false;
  return (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined) !== undefined;
}
