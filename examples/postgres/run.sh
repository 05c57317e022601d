#!/usr/bin/env bash
#
# Starts a PostgreSQL of its own, fills two databases, edits both for half a
# minute while `treaty sync --watch` runs, and shows that they are equal then.
# Nothing is left behind, neither on the machine nor in this folder.
#
#   TREATY=…         the treaty command; without it: on the path, else in target/
#   EDIT_SECONDS=30  how long both sides are edited

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
edit_seconds=${EDIT_SECONDS:-30}
server_pid=
watch_pid=
work=

fail() {
    printf 'run.sh: %s\n' "$1" >&2
    exit 1
}

# Ends a process that this script started, and waits until it is gone.
stop() {
    if [[ -n $1 ]] && kill -s "$2" "$1" 2>/dev/null; then
        wait "$1" 2>/dev/null || true
    fi
}

clean_up() {
    stop "$watch_pid" TERM
    stop "$server_pid" INT
    if [[ -n $work ]]; then
        rm -rf "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

find_treaty() {
    local candidate
    for candidate in "${TREATY:-}" "$(command -v treaty || true)" \
        "$here"/../../target/release/treaty "$here"/../../target/debug/treaty; do
        if [[ -n $candidate && -x $candidate ]]; then
            treaty=$(realpath "$candidate")
            return
        fi
    done
    fail "there is no treaty command; build one: cargo build --release -p treaty-cli"
}

# Debian keeps the server's programs off the path.
find_postgres() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname "$(command -v postgres || true)")"; do
        if [[ -x $folder/postgres && -x $folder/initdb ]]; then
            programs=$folder
            return
        fi
    done
    fail "PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql"
}

# PostgreSQL refuses to run as root: then it runs as the user whom its package
# made, or as nobody.
as_server() {
    if [[ $(id -u) -ne 0 ]]; then
        exec "$@"
    fi
    local user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
}

start_server() {
    local user=postgres
    mkdir "$work/server"
    if [[ $(id -u) -eq 0 ]]; then
        id -u "$user" >/dev/null 2>&1 || user=nobody
        chmod 711 "$work"
        chown "$user" "$work/server"
    fi
    export PGPASSWORD PGUSER=example PGHOST=127.0.0.1 PGPORT
    PGPASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$PGPASSWORD" >"$work/password" && chown "$(stat -c %u "$work/server")" "$work/password")
    (cd / && as_server "$programs/initdb" --pgdata="$work/server/data" --username="$PGUSER" \
        --pwfile="$work/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
        --no-sync >"$work/initdb.log") || fail "initdb failed: $(tail -n 3 "$work/initdb.log")"
    for _ in 1 2 3 4 5; do
        PGPORT=$((20000 + RANDOM))
        (cd / && as_server "$programs/postgres" -D "$work/server/data" -p "$PGPORT" \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off) \
            >"$work/server.log" 2>&1 &
        server_pid=$!
        if answers; then
            return
        fi
        # Somebody else has the port: another one.
        stop "$server_pid" INT
        server_pid=
    done
    fail "PostgreSQL does not start: $(tail -n 3 "$work/server.log")"
}

# Waits until our own server accepts connections; fails when it ended.
answers() {
    for _ in $(seq 100); do
        kill -0 "$server_pid" 2>/dev/null || return 1
        if psql --dbname=postgres -Atqc 'SELECT 1' >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

# Runs SQL in a database, as an application of this name.
sql() {
    local database=$1 application=$2
    shift 2
    PGAPPNAME=$application psql --no-psqlrc --quiet --tuples-only --no-align \
        --set=ON_ERROR_STOP=1 --dbname="$database" "$@"
}

fill() {
    sql postgres setup -c 'CREATE DATABASE crm' -c 'CREATE DATABASE shop'
    sql crm job-import -f "$here/sql/names.sql" -f "$here/sql/crm.sql"
    sql shop job-import -f "$here/sql/names.sql" -f "$here/sql/shop.sql"
    export CRM_URL="postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/crm"
    export SHOP_URL="postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/shop"
}

# One edit on one side, of somebody drawn from all customers. Now and then both
# sides edit the same field of the same person.
edit() {
    local round=$1 pick=$2 one="ORDER BY id OFFSET $2 LIMIT 1"
    case $((round % 7)) in
    0) sql crm anna -c "UPDATE person SET phone = '+49 30 23125' || to_char($pick, 'FM000') WHERE id = (SELECT id FROM person $one)" ;;
    1) sql shop ben -c "UPDATE customer SET street = 'Hafenweg $round' WHERE id = (SELECT id FROM customer $one)" ;;
    2) sql crm job-scoring -c "UPDATE person SET credit_limit = credit_limit + 10.50 WHERE id = (SELECT id FROM person $one)" ;;
    3) sql shop ben -c "UPDATE customer SET tags = concat_ws(';', nullif(tags, ''), 'round-$round') WHERE id = (SELECT id FROM customer $one)" ;;
    4) sql shop job-orders -c "UPDATE customer SET last_order_ms = last_order_ms + 86400000 WHERE id = (SELECT id FROM customer $one)" ;;
    5) sql crm anna -c "INSERT INTO person (full_name, email, newsletter, tags) VALUES ('Robin Neumann$round', 'robin.neumann$round@post.example', true, '{}')" ;;
    6) edit_both "$round" "$pick" ;;
    esac
}

edit_both() {
    local email
    email=$(sql crm anna -c "SELECT email FROM person ORDER BY id OFFSET $2 LIMIT 1")
    sql crm anna -c "UPDATE person SET address = jsonb_set(coalesce(address, '{}'), '{street}', '\"Marktplatz $1\"') WHERE email = '$email'"
    sql shop ben -c "UPDATE customer SET street = 'Rosenweg $1' WHERE lower(mail) = lower('$email')"
}

edit_for_a_while() {
    local round=0 until=$((SECONDS + edit_seconds))
    # The same edits each time.
    RANDOM=7
    while ((SECONDS < until)); do
        kill -0 "$watch_pid" 2>/dev/null || fail "treaty ended: $(tail -n 5 "$work/watch.log")"
        edit "$round" $((RANDOM % 170))
        round=$((round + 1))
        sleep 0.2
    done
    printf '%s rounds of edits on both sides\n' "$round"
}

compare() {
    sql crm reader -f "$here/sql/crm-as-agreed.sql" >"$work/crm.txt"
    sql shop reader -f "$here/sql/shop-as-agreed.sql" >"$work/shop.txt"
    if ! diff "$work/crm.txt" "$work/shop.txt"; then
        fail "the two databases are not equal"
    fi
    printf 'equal: %s customers, every field\n' "$(wc -l <"$work/crm.txt")"
}

main() {
    find_treaty
    find_postgres
    work=$(mktemp -d)
    start_server
    fill
    # The treaty keeps its state beside itself, so it works in a copy.
    mkdir "$work/treaty"
    cp "$here"/treaty.toml "$here"/customer.csv "$work/treaty"
    cd "$work/treaty"

    printf '\n== check\n'
    "$treaty" check
    printf '\n== the first sync\n'
    "$treaty" sync
    printf '\n== %s seconds of edits while treaty watches\n' "$edit_seconds"
    "$treaty" sync --watch --interval 1 >"$work/watch.log" 2>&1 &
    watch_pid=$!
    edit_for_a_while
    stop "$watch_pid" TERM
    watch_pid=
    printf 'the end of what treaty said:\n'
    tail -n 8 "$work/watch.log"
    printf '\n== one more sync, for the last edits\n'
    "$treaty" sync
    printf '\n== are they equal?\n'
    compare
}

main
