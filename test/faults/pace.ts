/** A lease of one second: what died is taken over while a test waits. */
export const FAST_LEASE = { leaseMs: 1_000, heartbeatMs: 333, pollMs: 250 };
