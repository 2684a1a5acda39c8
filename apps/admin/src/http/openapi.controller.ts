import { Controller, Get, Header } from '@nestjs/common';
import { openApiDocument } from '@holdfast/admin-contract';
import { Public } from '@holdfast/resource-guard/nest';

const DOCUMENT = openApiDocument();

/** The description of this API. It says nothing about what is registered, so anybody may read it. */
@Controller('api')
export class OpenApiController {
  @Get('openapi.json')
  @Public()
  @Header('cache-control', 'public, max-age=300')
  document(): Record<string, unknown> {
    return DOCUMENT;
  }
}
