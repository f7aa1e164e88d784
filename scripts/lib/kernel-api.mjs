/**
 * docs/kernel-api.md from openapi/aerodb-kernel-v1.json: the same document for people. Knows the parts of OpenAPI that
 * this contract uses, and fails on others.
 */

/** @typedef {Readonly<Record<string, any>>} Json */

/**
 * @param {Json} api the OpenAPI document
 * @returns {string}
 */
export function kernelApiDocument({ info, paths, components, 'x-control-refusals': refusals }) {
  const [envelope, ...others] = [
    ...new Set(
      Object.values(paths)
        .flatMap(methods => Object.values(methods))
        .map(operation => JSON.stringify(envelopeOf(operation))),
    ),
  ];
  if (envelope === undefined || others.length > 0)
    throw new Error('The operations of the contract do not share one envelope.');
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return [
    '# The kernel API',
    '',
    `${info.summary} Version ${info.version}. This file is generated from \`openapi/aerodb-kernel-v1.json\` by ` +
      `\`npm run docs\`; the contract is that file, do not edit this one.`,
    '',
    info.description,
    ...Object.entries(components.securitySchemes ?? {}).map(([name, { type, scheme = '', description }]) => {
      const text = `\nAuthentication \`${name}\`: ${type} ${scheme}`;
      return (description === undefined ? text : `${text}. ${description}`).trimEnd();
    }),
    '',
    '## The envelope of every answer',
    '',
    ...fields(JSON.parse(envelope)),
    '| `data` | what the operation says |  |',
    '',
    '## Operations',
    '',
    '| request | operation | what it does |',
    '| --- | --- | --- |',
    ...operations.map(
      ({ path, method, operation }) =>
        `| [\`${method.toUpperCase()} ${path}\`](#${operation.operationId.toLowerCase()}) ` +
        `| ${operation.operationId} | ${operation.summary} |`,
    ),
    ...operations.flatMap(({ path, method, operation }) => operationText(path, method, operation)),
    '',
    '## What a refused control request proves',
    '',
    'A refusal answers one delivery of a request, and a proxy may deliver it more than once. It proves that the ' +
      'request was not executed only where it could not have been given had the request been executed already.',
    '',
    '| code | status | outcome | what it proves, and why |',
    '| --- | --- | --- | --- |',
    ...refusals.map(
      (/** @type {Json} */ { code, status, outcomes, proves }) =>
        `| \`${code}\` | ${status} ` +
        `| ${outcomes.map((/** @type {string} */ outcome) => `\`${outcome}\``).join(' or ')} | ${proves} |`,
    ),
    '',
    '## Schemas',
    ...Object.entries(components.schemas).flatMap(([name, schema]) => ['', `### ${name}`, '', ...schemaText(schema)]),
    '',
  ].join('\n');
}

/**
 * @param {string} path
 * @param {string} method
 * @param {Json} operation
 * @returns {string[]}
 */
function operationText(path, method, { operationId, summary, parameters = [], requestBody, responses }) {
  const refusals = Object.entries(responses).filter(([status]) => status !== '200');
  return [
    '',
    `### ${operationId}`,
    '',
    `\`${method.toUpperCase()} ${path}\`: ${summary}`,
    ...(parameters.length === 0
      ? []
      : [
          '',
          '| parameter | in | required | type | |',
          '| --- | --- | --- | --- | --- |',
          ...parameters.map(
            (/** @type {Json} */ { name, in: where, required = false, schema, description = '' }) =>
              `| \`${name}\` | ${where} | ${required ? 'yes' : 'no'} | ${typeText(schema)} | ${description} |`,
          ),
        ]),
    ...(requestBody === undefined ? [] : ['', `Body: ${typeText(requestBody.content['application/json'].schema)}`]),
    '',
    `Answer 200: ${typeText(responses['200'].content['application/json'].schema.properties.data)}`,
    '',
    '| refused with | because |',
    '| --- | --- |',
    ...refusals.map(([status, { description }]) => `| ${status} | ${description} |`),
  ];
}

/** @param {Json} schema @returns {string[]} */
function schemaText(schema) {
  const said = schema['description'] === undefined ? [] : [schema['description'], ''];
  return schema['properties'] === undefined
    ? [...said, typeText({ ...schema, description: undefined })]
    : [...said, ...fields(schema)];
}

/** @param {Json} schema an object @returns {string[]} */
function fields(schema) {
  return ['| member | type | |', '| --- | --- | --- |', ...rows(schema, '')];
}

/**
 * One row for each member, and for those of the objects in it. @param {Json} schema @param {string} path @returns
 * {string[]}
 */
function rows({ properties, required = [] }, path) {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const nested = schema.type === 'object' && schema.properties !== undefined;
    const row =
      `| \`${path}${name}\`${required.includes(name) ? '' : ' (optional)'} ` +
      `| ${nested ? 'object' : typeText(schema)} | ${schema.description ?? ''} |`;
    return [row, ...(nested ? rows(schema, `${path}${name}.`) : [])];
  });
}

/** The members of an answer beside its data. @param {Json} operation */
function envelopeOf({ responses }) {
  const { properties, required } = responses['200'].content['application/json'].schema;
  return { properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== 'data')), required };
}

/** What a value may be, in one cell of a table. @param {Json} schema @returns {string} */
function typeText(schema) {
  if (schema['$ref'] !== undefined) {
    const name = schema['$ref'].split('/').at(-1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema['const'] !== undefined) return `\`${JSON.stringify(schema['const'])}\``;
  if (schema['enum'] !== undefined)
    return schema['enum'].map((/** @type {unknown} */ value) => `\`${JSON.stringify(value)}\``).join(' or ');
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (choices !== undefined) return choices.map(typeText).join(' or ');
  if (Array.isArray(schema['type'])) return schema['type'].map(type => typeText({ ...schema, type })).join(' or ');
  if (schema['type'] === 'array') return `list of ${typeText(schema['items'] ?? {})}`;
  if (schema['type'] === 'object')
    return schema['properties'] === undefined
      ? 'object'
      : `object of ${Object.entries(schema['properties'])
          .map(([name, one]) => `\`${name}\`: ${typeText(one)}`)
          .join(', ')}`;
  if (schema['type'] === undefined) return 'any JSON';
  const limits = [
    schema['format'],
    schema['pattern'] === undefined ? undefined : `matching \`${schema['pattern'].replaceAll('|', '\\|')}\``,
    bounds(schema['minimum'], schema['maximum'], ''),
    bounds(schema['minLength'], schema['maxLength'], ' characters'),
  ].filter(limit => limit !== undefined);
  return [schema['type'], ...limits].join(', ');
}

/** @param {number | undefined} least @param {number | undefined} most @param {string} unit */
function bounds(least, most, unit) {
  return least === undefined && most === undefined ? undefined : `${least ?? ''}…${most ?? ''}${unit}`;
}
