/** Why a file can't be written or read, in words: Node.js gives codes of the operating system. */

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not do that there",
  EPERM: "this user may not do that there",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is used up",
  ENOENT: "there is no such file or folder",
  EEXIST: "a part of the path is no folder",
  ENOTDIR: "a part of the path is no folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "a link leads to itself",
};

/** Whether the operating system refused a file or folder, for a reason that a person can change. */
export const isFileFailure = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "code" in error && String(error.code) in reasons;

/** `the disk is full (ENOSPC)` */
export function fileFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ""];
  return reason === undefined ? (code ?? message) : `${reason} (${code})`;
}
