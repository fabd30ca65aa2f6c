#!/usr/bin/env bash
# As the official image's: never as root. RABBITMQ_DEFAULT_USER and _PASS are read by the broker itself.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  chown -R rabbitmq: /var/lib/rabbitmq
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
# With this Debian's script becomes the broker instead of waiting for it as a child, so that signals reach it.
export RUNNING_UNDER_SYSTEMD=true
exec "$@"
