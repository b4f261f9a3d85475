#!/bin/sh
# Installs the operators that the stack relies on.
set -eu
cd "$(dirname "$0")"
helm upgrade --install cert-manager oci://registry.sme.example.gov.za/charts/cert-manager --version v1.21.2 --namespace cert-manager --create-namespace --atomic --values cert-manager.yaml
helm upgrade --install cloudnative-pg oci://registry.sme.example.gov.za/charts/cloudnative-pg --version 0.29.0 --namespace cnpg-system --create-namespace --atomic --values cloudnative-pg.yaml
helm upgrade --install plugin-barman-cloud oci://registry.sme.example.gov.za/charts/plugin-barman-cloud --version 0.7.0 --namespace cnpg-system --create-namespace --atomic --values plugin-barman-cloud.yaml
