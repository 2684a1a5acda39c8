#!/bin/sh
# Makes certificates, keys and database passwords of the compose stack, and gives each service the ones it needs and no
# others: one volume for each. Runs before everything else, keeps what is there.
set -eu
umask 077

set -- --dns token-service --dns resource-server --dns gateway --dns admin
# With nginx in front (docker-compose.edge.yml): where it connects from. The names are those of its configuration.
if [ -n "${PROXY_ADDRESS:-}" ]; then
  set -- "$@" --dns token.internal --dns api.internal --dns freight.internal --proxy-address "$PROXY_ADDRESS" \
    --proxies-example examples/proxies/nginx/proxies.yaml --proxy-dns auth.example.com --proxy-dns api.example.com \
    --proxy-dns freight.example.com
fi
node tools/stack/dist/tls-init.js --directory /made --database postgres:5432 "$@"

# give VOLUME OWNER FILE[=NAME]...
give() {
  volume=/for/$1 owner=$2
  shift 2
  for file in "$@"; do
    name=${file#*=}
    [ "$name" != "$file" ] || name=$(basename "$file")
    install -o "$owner" -g "$owner" -m 0400 "/made/${file%%=*}" "$volume/$name"
  done
  chown "$owner:$owner" "$volume"
  chmod 0700 "$volume"
}

# The ports are those on the host, as in all addresses that partners know.
sed "s/localhost:74/localhost:$PORT_PREFIX/" deploy/compose/gateway.yaml >/made/pki/gateway.yaml
server="pki/server.pem pki/server.key.pem"
# The database image reads it as its own user, whose number differs between images; no other service has this volume.
install -m 0444 /made/secrets/postgres-password /for/postgres/postgres-password
give migrate 1000 secrets/registry-owner-database-url secrets/orders-owner-database-url secrets/token-service-password \
  secrets/admin-password secrets/resource-server-password pki/operator.pem pki/orders-api.pem pki/gateway.pem
give token-service 1000 $server secrets/token-service-database-url pki/key-encryption-key
give resource-server 1000 $server secrets/resource-server-database-url pki/server-ca.pem pki/gateway-keys.json \
  pki/orders-api.pem pki/orders-api.key.pem
give gateway 1000 $server pki/server-ca.pem pki/gateway.pem pki/gateway.key.pem pki/gateway-identity.key.pem \
  pki/gateway.yaml
# Of the second provider, with the demo.
give freight-migrate 1000 secrets/freight-owner-database-url secrets/freight-password
give freight 1000 $server secrets/freight-database-url pki/server-ca.pem pki/freight-api.pem pki/freight-api.key.pem
give admin 1000 $server secrets/admin-database-url pki/server-ca.pem
# What the operator and the two demo partners that call hold; `docker compose cp` takes it to the host. And the certificate
# of the second provider, which is registered with them.
give partners 1000 pki/server-ca.pem pki/operator.pem pki/operator.key.pem pki/acme-orders.pem pki/acme-orders.key.pem \
  pki/acme-root-ca.pem pki/acme-freight.pem pki/acme-freight.key.pem pki/beta-sync.pem pki/beta-sync.key.pem \
  pki/freight-api.pem
if [ -n "${PROXY_ADDRESS:-}" ]; then
  # 101 is the user of the nginx image.
  give nginx 101 pki/proxy.pem pki/proxy.key.pem=proxy.key pki/public.pem pki/public.key.pem=public.key \
    pki/server-ca.pem=holdfast-ca.pem
  give token-service 1000 pki/proxies.yaml
  give resource-server 1000 pki/proxies.yaml
  give freight 1000 pki/proxies.yaml
  # nginx forwards the client's certificate without its issuers: acme's intermediate has to be stored with the anchor.
  cat /made/pki/acme-root-ca.pem /made/pki/acme-issuing-ca.pem >/made/pki/acme-anchor.pem
  give partners 1000 pki/public-ca.pem pki/acme-anchor.pem=acme-root-ca.pem
fi
mkdir -p /for/spool
chown 1000:1000 /for/spool
chmod 0700 /for/spool
