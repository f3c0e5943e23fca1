import type { AuthType } from '../types';

/** Also what old provisioning files of the CloudWatch data source have. */
const names: Record<string, AuthType> = {
  default: 'default',
  arn: 'default',
  credentials: 'credentials',
  sharedCreds: 'credentials',
  keys: 'keys',
  ec2_iam_role: 'ec2_iam_role',
};

export function isAuthType(text: string | undefined): boolean {
  return !text || text in names;
}

export function authTypeOf(text: string | undefined): AuthType {
  return names[text ?? ''] ?? 'default';
}
