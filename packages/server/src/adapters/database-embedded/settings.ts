/** Options of the `postgres` program. On the command line rather than in postgresql.conf, so that a new release of ours brings its own. */
export function serverArguments(cluster: string, socketFolder: string, port: number): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "",
    port: String(port),
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",

    // An acknowledged commit survives the loss of power. Never turn one of these off, not for speed and not in tests.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",

    max_connections: "100",
    shared_buffers: "128MB",
    max_wal_size: "2GB",
    wal_compression: "on",
    jit: "off",

    // GMT is built in; any other zone, UTC too, is read from the system's zone files, which small images lack.
    timezone: "GMT",
    log_timezone: "GMT",

    // Statements and values stay out of the log: they hold users' data. Their errors reach us through the driver.
    logging_collector: "off",
    log_destination: "stderr",
    log_line_prefix: "",
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
  };
  return ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** Nothing of our own environment (secrets, PG* variables, locale) reaches PostgreSQL. */
export const childEnvironment: Record<string, string> = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" };
