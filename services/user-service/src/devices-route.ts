import { AppError, type Device, deviceSchema, deviceToken, pageQuerySchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import Joi from 'joi';
import { deleteDevice, listDevices, registerDevice } from './device-store.ts';
import type { AnnounceUserChanged } from './user-changed.ts';
import { userIdOf, userNotFound } from './user-path.ts';
import { userExists } from './user-store.ts';

const tokenPathSchema = Joi.object<{ token: string }>({ token: deviceToken().required() }).unknown();

const DEVICE_ID_PATTERN = /^\d{1,18}$/;

function deviceIdOf(cursor: string): string {
  const [deviceId = ''] = decodeCursor(cursor, (part) => DEVICE_ID_PATTERN.test(part));
  return deviceId;
}

/** `GET|POST /users/{user_id}/devices`, `DELETE .../devices/{token}`. */
export function devicesRoute(database: Database, announceUserChanged: AnnounceUserChanged): Router {
  const router = Router();

  router.get('/users/:user_id/devices', async (request, response) => {
    const userId = userIdOf(request);
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const after = cursor === undefined ? undefined : deviceIdOf(cursor);
    if (!(await userExists(database, userId))) throw userNotFound();
    const found = await listDevices(database, userId, limit + 1, after);
    response.json(
      listAnswer(
        found,
        limit,
        (device) => [device.device_id],
        ({ token, platform, provider }): Device => ({ token, platform, provider }),
      ),
    );
  });

  router.post('/users/:user_id/devices', async (request, response) => {
    const userId = userIdOf(request);
    const device = validate(deviceSchema.required(), request.body);
    const registration = await registerDevice(database, userId, device);
    if (registration === undefined) throw userNotFound();
    announceUserChanged(userId, ['devices']);
    if (registration.previousUserId !== undefined) announceUserChanged(registration.previousUserId, ['devices']);
    response.status(registration.isNew ? 201 : 200).json(device);
  });

  router.delete('/users/:user_id/devices/:token', async (request, response) => {
    const userId = userIdOf(request);
    const { token } = validate(tokenPathSchema, request.params, 'the path');
    if (!(await deleteDevice(database, userId, token))) {
      if (!(await userExists(database, userId))) throw userNotFound();
      throw new AppError('not_found', 'This user has no device with this token');
    }
    announceUserChanged(userId, ['devices']);
    response.status(204).end();
  });

  return router;
}
