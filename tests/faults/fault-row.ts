/** The parts of the report, in its order. */
export const FAULT_GROUPS = [
  'A service is killed (SIGKILL)',
  'A service is away',
  'RabbitMQ',
  'PostgreSQL',
  'Redis',
  'Vendors',
  'Messages',
  'Receipts, schedules and deadlines',
  'Priorities',
] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

/** One line of the report: what one fault did to one load. */
export interface FaultRow {
  group: FaultGroup;
  fault: string;
  /** Why it could not be tried on this machine; every other figure is missing then. */
  skipped?: string;
  passed: boolean;
  /** Answered 202. */
  accepted?: number;
  /** Answered 503. */
  refused?: number;
  /** Neither: the connection to the gateway ended. */
  unanswered?: number;
  lost?: number;
  duplicated?: number;
  allowedDuplicates?: number;
  /** Settled as unknown. */
  unknown?: number;
  /** From the strike until the fault was over. */
  faultSeconds?: number;
  /** From the strike until the last accepted one, those accepted later included, was settled. */
  recoverySeconds?: number;
  /** What else was measured. */
  note?: string;
}
