import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { API_DESCRIPTION } from './openapi-text.js';

/** The OpenAPI 3.1 document of every route, generated from the code. */
export function openApiDocument(app: NestFastifyApplication, version: string): OpenAPIObject {
  const described = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Stageline')
    .setVersion(version)
    .setDescription(API_DESCRIPTION)
    .addSecurity('bearer', { type: 'http', scheme: 'bearer', description: 'A key: `sl_...`. POST /keys makes more.' })
    .build();
  return SwaggerModule.createDocument(app, described, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
}

/** Serves the document at `/openapi.json` and a page to browse it at `/docs`, its assets included. */
export function serveOpenApi(app: NestFastifyApplication, version: string): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, version), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Stageline API',
    swaggerOptions: { persistAuthorization: true, tagsSorter: 'alpha' },
  });
}
