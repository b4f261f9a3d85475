/** IAM policy documents (version 2012-10-17). Their values may be known only once other resources exist. */
import { type Input, jsonStringify, type Output } from "@pulumi/pulumi";

export type Strings = Input<string> | readonly Input<string>[];

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Absent in policies of a role. */
  readonly Principal?: "*" | { readonly AWS: Strings } | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: Strings;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Strings>>>>;
}

export function policyDocument(statements: readonly Statement[]): Output<string> {
  return jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** @param account the service may assume the role for it alone, where the service says for which account it acts. */
export function trustOf(service: string, account?: Input<string>): Output<string> {
  return policyDocument([
    {
      Sid: "TakeOn",
      Effect: "Allow",
      Principal: { Service: service },
      Action: service.startsWith("pods.") ? ["sts:AssumeRole", "sts:TagSession"] : "sts:AssumeRole",
      ...(account !== undefined && { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
    },
  ]);
}
