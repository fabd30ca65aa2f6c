import { counter, type Metrics } from '@notify/service-kit';

/** A batch's mean size is events by batches; a figure per event or reason would be one time series too many. */
export function createStatusMetrics(metrics: Metrics) {
  const events = counter(metrics, 'status_events_total', 'Events taken from status.queue', ['outcome']);
  const reconciled = counter(
    metrics,
    'status_reconciled_total',
    'Notifications that nothing was heard of for too long',
    ['outcome'],
  );
  return {
    batches: counter(metrics, 'status_batches_total', 'Batches of events written', []),
    folded: events.labels({ outcome: 'folded' }),
    invalid: events.labels({ outcome: 'invalid' }),
    unstorable: events.labels({ outcome: 'unstorable' }),
    reminders: counter(
      metrics,
      'status_reminders_total',
      'Schedules and confirm deadlines looked at in their time',
      [],
    ),
    resumed: reconciled.labels({ outcome: 'resumed' }),
    lostTrack: reconciled.labels({ outcome: 'unknown' }),
    deadLetters: counter(metrics, 'status_dead_letters_total', 'Messages recorded from status.failed.queue', []),
  };
}
export type StatusMetrics = ReturnType<typeof createStatusMetrics>;
