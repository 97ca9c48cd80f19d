/** The nest token of the `Connection` this process reaches its database by. */
export const DATABASE_CONNECTION = Symbol('DATABASE_CONNECTION');
