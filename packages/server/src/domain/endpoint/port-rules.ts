/** The Fetch standard's bad-port list: protocols that a crafted HTTP request can speak to. Nothing opens these. */
const fetchBadPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143,
  161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190,
  5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Databases, queues, container runtimes and control planes: closed unless the operator names the very port. */
const servicePorts = new Set([
  88, 111, 445, 623, 873, 1099, 1433, 1434, 1521, 1883, 2181, 2375, 2376, 2377, 2379, 2380, 2483, 2484, 2888, 3306, 3389, 3888, 4222, 4369, 4646, 4647, 4648, 5432, 5433,
  5671, 5672, 5900, 5984, 5985, 5986, 6222, 6379, 6380, 6432, 6443, 7000, 7001, 7199, 7473, 7474, 7687, 8086, 8200, 8201, 8222, 8300, 8301, 8302, 8500, 8501, 8502, 8600,
  9042, 9092, 9142, 9160, 9200, 9300, 9418, 10248, 10249, 10250, 10251, 10252, 10255, 10256, 10257, 10259, 11211, 15672, 16379, 25672, 26257, 26379, 27017, 27018, 27019, 28015,
  28017, 33060, 50070, 61616,
]);

/** `open` for all, `service` if the operator names the port, `never` whatever anyone says. */
export function judgePort(port: number): "open" | "service" | "never" {
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || fetchBadPorts.has(port)) return "never";
  return servicePorts.has(port) ? "service" : "open";
}

/** With the development switch a receiver on this machine may use any port that needs no privilege. */
export const isLoopbackPort = (port: number): boolean => port >= 1024 && judgePort(port) !== "never";
