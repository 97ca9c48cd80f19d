/** What a caller may choose of a server. */
export type ServerOptions = Readonly<{ socketFolder: string; port: number; maxConnections: number; durable: boolean }>;

/**
 * Command line of a server: whatever it needs is here, so that no file in the data dir has to be kept up.
 *
 * Shared memory for parallel queries is mapped from files, because a container's /dev/shm is often too small. Refused
 * statements are answered to their caller and not logged a second time.
 */
export function serverArguments(pgdata: string, options: ServerOptions): readonly string[] {
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: '',
    unix_socket_directories: options.socketFolder,
    unix_socket_permissions: '0700',
    port: options.port,
    max_connections: options.maxConnections,
    shared_buffers: '128MB',
    dynamic_shared_memory_type: 'mmap',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'log',
    log_checkpoints: 'off',
    jit: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return ['-D', pgdata, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
