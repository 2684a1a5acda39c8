import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { AttemptLimit, Passkeys, SignIn, type PeopleStore } from '@holdfast/people';
import { API_CONTROLLERS, type ApiPorts } from '../app.module.js';
import { AUDIT, DENIALS, KEY_SET_ADDRESSES, REGISTRY, SIGNING_KEYS } from '../tokens.js';
import { OwnPasskeysController } from './own-passkeys.controller.js';
import { PasskeysController } from './passkeys.controller.js';
import { ScreensController } from './screens.controller.js';
import { SessionGuard } from './session.guard.js';
import { SessionsController } from './sessions.controller.js';
import { ATTEMPTS, PEOPLE_SETTINGS, type PeopleSettings } from './tokens.js';

/** Attempts with links and passkeys per source address and minute. */
const ATTEMPTS_PER_MINUTE = 60;

/** The admin API for people, how they sign in, and the screens. The guard is global: what declares nothing is closed. */
@Module({})
export class PeopleModule {
  static with(ports: ApiPorts, store: PeopleStore, settings: PeopleSettings): DynamicModule {
    const clock = (): Date => new Date();
    const signIn = new SignIn(store, clock);
    return {
      module: PeopleModule,
      controllers: [
        ...API_CONTROLLERS,
        SessionsController,
        PasskeysController,
        OwnPasskeysController,
        ScreensController,
      ],
      providers: [
        { provide: REGISTRY, useValue: ports.registry },
        { provide: DENIALS, useValue: ports.denials },
        { provide: SIGNING_KEYS, useValue: ports.signingKeys },
        { provide: AUDIT, useValue: ports.audit },
        { provide: KEY_SET_ADDRESSES, useValue: ports.judgeAddress },
        { provide: SignIn, useValue: signIn },
        { provide: Passkeys, useValue: new Passkeys(store, settings.url, clock) },
        { provide: ATTEMPTS, useValue: new AttemptLimit(ATTEMPTS_PER_MINUTE) },
        { provide: PEOPLE_SETTINGS, useValue: settings },
        {
          provide: APP_GUARD,
          useFactory: (reflector: Reflector) => new SessionGuard(reflector, signIn, settings.mode),
          inject: [Reflector],
        },
      ],
    };
  }
}
