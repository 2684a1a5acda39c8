// An API on Nest that accepts certificate-bound tokens only. README.md says how to run it.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createTokenVerifier, type VerifiedAccess } from '@holdfast/cnf-token-verification';
import { mutualTlsOptions, systemPorts } from '@holdfast/resource-guard';
import { BoundToken, BoundTokenModule, Public, RequireScopes } from '@holdfast/resource-guard/nest';

const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA, TLS_CERT, TLS_KEY, PORT } = process.env as Record<
  string,
  string
>;

@Controller()
class OrdersController {
  @Get('orders')
  @RequireScopes('orders:read')
  list(@BoundToken() access: VerifiedAccess): object {
    return { client: access.clientId };
  }

  @Get('health')
  @Public()
  health(): object {
    return { healthy: true };
  }

  @Get('forgotten') // declares nothing, so it is closed
  forgotten(): object {
    return { leaked: true };
  }
}

async function readyVerifier() {
  const verifier = createTokenVerifier(
    { issuers: [{ issuer: ISSUER!, audience: AUDIENCE!, keys: { jwksUri: JWKS_URI! } }] },
    systemPorts({ ca: readFileSync(ISSUER_CA!) }),
  );
  await verifier.requireReady(new Date());
  return { verifier };
}

@Module({
  controllers: [OrdersController],
  imports: [BoundTokenModule.forRootAsync({ useFactory: readyVerifier })],
})
class OrdersModule {}

const https = { ...mutualTlsOptions(), cert: readFileSync(TLS_CERT!), key: readFileSync(TLS_KEY!) };
const app = await NestFactory.create(OrdersModule, new FastifyAdapter({ https }), { logger: ['error'] });
await app.listen(Number(PORT), 'localhost');
console.log(`listening on ${await app.getUrl()}`);
