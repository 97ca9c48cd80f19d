/** The version of this software, as events and the API name it; the same as in package.json, which a test checks. */
export const SOFTWARE_VERSION = '0.1.0';
