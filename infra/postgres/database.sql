-- One service's role and database, made or brought up to date: run by psql as superuser, with :role and :database, and the password in
-- DB_PASSWORD. PUBLIC may not connect: no service opens another's database.
\set ON_ERROR_STOP on
\getenv password DB_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
