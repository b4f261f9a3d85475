#!/bin/sh
# Makes the stack's random secrets in the cluster, unless they exist. Run it once the namespace is there.
# Keep a copy of backup-key outside the cluster: without it a backup can't be read.
set -eu
namespace=${1:?Give the namespace, as in: sh secrets.sh rollout}
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! kubectl -n "$namespace" get secret broker-management >/dev/null 2>&1; then
  openssl rand -hex 24 | tr -d '\n' >"$work/password"
  kubectl -n "$namespace" create secret generic broker-management --from-file="$work/password"
fi
if ! kubectl -n "$namespace" get secret broker-secrets >/dev/null 2>&1; then
  openssl rand -hex 24 | tr -d '\n' >"$work/erlang-cookie"
  kubectl -n "$namespace" create secret generic broker-secrets --from-file="$work/erlang-cookie"
fi
if ! kubectl -n "$namespace" get secret time-series-secrets >/dev/null 2>&1; then
  openssl rand -base64 32 | tr -d '\n' >"$work/backup-key"
  openssl rand -hex 24 | tr -d '\n' >"$work/cluster-secret"
  openssl rand -hex 24 | tr -d '\n' >"$work/replication-password"
  kubectl -n "$namespace" create secret generic time-series-secrets --from-file="$work/backup-key" --from-file="$work/cluster-secret" --from-file="$work/replication-password"
fi
