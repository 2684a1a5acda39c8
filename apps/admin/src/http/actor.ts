import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '@holdfast/client-registry';
import { accessFor } from '@holdfast/resource-guard';
import { findPerson } from '../people/person.js';

/** Injects who does it: the account of the session, or the client that the verified token names. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const id = findPerson(request)?.account.id ?? accessFor(request).clientId;
  return { id, requestId: request.id };
});

/** The scope of every administrative operation. */
export const ADMIN_SCOPE = 'admin';
