#!/usr/bin/env bash
# Makes every service's role and database on the three servers of docker-compose.yml, at each start, so that the passwords follow .env.
set -euo pipefail
cd "$(dirname "$0")"

# The superuser's password is .env's. A server that was first started without .env still has the documented default: it gets the new one.
superuser_password_of() {
  local host=$1 password
  for password in "$POSTGRES_SUPERUSER_PASSWORD" development-only; do
    if PGPASSWORD=$password psql --host="$host" --username=postgres --no-psqlrc --quiet --command='' 2> /tmp/refusal; then
      echo "$password"
      return
    fi
  done
  cat /tmp/refusal >&2
  grep -q 'password authentication failed' /tmp/refusal || return 1
  echo "$host does not take POSTGRES_SUPERUSER_PASSWORD: its volume was made with another one. Put that one back into .env, or delete" \
    "the data with npm run reset." >&2
  return 1
}

# host, password of its services' roles, then their databases
set_up() {
  local host=$1 role_password=$2 name
  shift 2
  PGPASSWORD=$(superuser_password_of "$host")
  export PGPASSWORD
  local psql=(psql "--host=$host" --username=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1)
  DB_PASSWORD=$POSTGRES_SUPERUSER_PASSWORD "${psql[@]}" <<< '\getenv password DB_PASSWORD
    ALTER ROLE postgres PASSWORD :'"'password'"';'
  PGPASSWORD=$POSTGRES_SUPERUSER_PASSWORD
  for name in "$@"; do
    DB_PASSWORD=$role_password "${psql[@]}" --set="role=${name}_service" --set="database=${name}_db" --file=database.sql
    echo "$host: ${name}_db is ready"
  done
}

set_up postgres-user "$USER_DB_PASSWORD" user
set_up postgres-template "$TEMPLATE_DB_PASSWORD" template
set_up postgres-core "$CORE_DB_PASSWORD" gateway status in_app webhook
