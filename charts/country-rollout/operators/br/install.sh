#!/bin/sh
# Installs the operators that the stack relies on.
set -eu
cd "$(dirname "$0")"
helm upgrade --install cert-manager oci://registry.pme.example.gov.br/charts/cert-manager --version v1.21.2 --namespace cert-manager --create-namespace --atomic --values cert-manager.yaml
helm upgrade --install cloudnative-pg oci://registry.pme.example.gov.br/charts/cloudnative-pg --version 0.29.0 --namespace cnpg-system --create-namespace --atomic --values cloudnative-pg.yaml
helm upgrade --install plugin-barman-cloud oci://registry.pme.example.gov.br/charts/plugin-barman-cloud --version 0.7.0 --namespace cnpg-system --create-namespace --atomic --values plugin-barman-cloud.yaml
