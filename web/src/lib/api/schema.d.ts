/* eslint-disable @typescript-eslint/no-explicit-any */
// Replaced by `npm run api` from api/openapi.json.
export type paths = any;
