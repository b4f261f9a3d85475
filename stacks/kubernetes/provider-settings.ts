/** How the engine's Kubernetes provider works, on every cluster. */
export const providerSettings = {
  enableServerSideApply: true,
  // What can't be reached is not gone.
  deleteUnreachable: false,
  // Changed in place: otherwise they would be missing for a moment, under the pods that read them.
  enableConfigMapMutable: true,
  enableSecretMutable: true,
} as const;
