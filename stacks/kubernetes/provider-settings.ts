/** Settings of the engine's Kubernetes provider, the same on every cluster. */
export const providerSettings = {
  enableServerSideApply: true,
  // The file decides. An interrupted run leaves its objects under another manager's name, which no later run could change.
  enablePatchForce: true,
  // A cluster that can't be reached still has its objects.
  deleteUnreachable: false,
  // Changed in place: a replacement would be missing for a short time while pods read it.
  enableConfigMapMutable: true,
  enableSecretMutable: true,
} as const;
