import { RouteConfig } from '@nestjs/platform-fastify';
import type { Role } from '../../kernel/command-context.js';

/** Who may call a handler. */
export type Access = 'public' | readonly Role[];

const accessOfHandlers = new WeakMap<object, Access>();

/** Lets anybody call a handler, without a key. */
export function Public(): MethodDecorator {
  return grant('public');
}

/** Lets callers with one of these roles call a handler; `admin` may everything. */
export function Allow(...roles: readonly [Role, ...Role[]]): MethodDecorator {
  return grant(roles);
}

/** Who may call a handler; undefined where nobody said so, which is refused at start. */
export function accessOf(handler: object): Access | undefined {
  return accessOfHandlers.get(handler);
}

/** The same, read from a route's configuration: what a request knows before Nest has found its handler. */
export function accessOfRoute(config: object): Access | undefined {
  return (config as { access?: Access }).access;
}

function grant(access: Access): MethodDecorator {
  return (target, name, descriptor) => {
    accessOfHandlers.set(descriptor.value as object, access);
    RouteConfig({ access })(target, name, descriptor);
  };
}
