/**
 * Joins every services/<name>/serverless.yml into one application. The root serverless.yml takes its parts:
 *
 *     functions: ${file(shared/serverless/application.cjs):functions}
 *
 * See docs/decisions/0001-join-services-with-a-resolver.md.
 */
const fs = require('node:fs');
const path = require('node:path');
const standAlone = require('./provider.cjs');
const { isObject, readService, refusal } = require('./service-file.cjs');

/**
 * @typedef {import('./service-file.cjs').Json} Json
 * @typedef {import('./service-file.cjs').JsonObject} JsonObject
 * @typedef {import('./service-file.cjs').Entry} Entry
 * @typedef {import('./provider.cjs').VariableContext} VariableContext
 *
 * `link` turns an import of what the application exports into a reference.
 * @typedef {{ functions: JsonObject, layers: JsonObject, stepFunctions: JsonObject, resources: JsonObject,
 *   link: (value: Json) => Json }} Application
 */

/**
 * @param {string} root the repository
 * @returns {Application}
 * @throws ServerlessError that names the file and the key that cannot be joined
 */
const join = (root) => {
  /** @type {Map<string, Entry>} */
  const taken = new Map();
  /** @type {{ [section: string]: JsonObject }} */
  const sections = { Resources: {}, Outputs: {} };

  const folders = fs.readdirSync(path.join(root, 'services')).sort();
  for (const entry of folders.flatMap((name) => readService(root, path.posix.join('services', name)))) {
    const { section, key, value } = entry;
    for (const name of namesOf(entry)) {
      const first = taken.get(name);
      if (first && !isSame(first, entry)) {
        throw refusal(`${name} is declared twice, in ${spellOwner(first)} and in ${spellOwner(entry)}`);
      }
      taken.set(name, entry);
    }
    sections[section] = { ...sections[section], [key]: value };
  }

  const { functions = {}, layers = {}, stateMachines = {}, activities, Transform, ...resources } = sections;
  const link = linker(resources.Outputs ?? {});
  /** @type {(map: JsonObject) => JsonObject} */
  const linkEach = (map) => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, link(value)]));
  return {
    functions: linkEach(functions),
    layers: linkEach(layers),
    stepFunctions: linkEach({ stateMachines, ...(activities && { activities: Object.keys(activities) }) }),
    resources: linkEach({ ...resources, ...(Transform && { Transform: Object.keys(Transform) }) }),
    link,
  };
};

/**
 * The names that only one service may use. Functions and layers whose keys differ in the case of the first letter
 * get the same logical id.
 *
 * @param {Entry} entry
 */
const namesOf = ({ section, key, value }) => {
  if (section === 'Transform') return [];
  const isCapitalised = section === 'functions' || section === 'layers';
  const names = [`${section}.${isCapitalised ? key.charAt(0).toLowerCase() + key.slice(1) : key}`];
  if (section === 'Outputs' && isObject(value) && isObject(value.Export)) {
    names.push(`the export ${exportName(value.Export.Name)}`);
  }
  return names;
};

/**
 * Whether one file is listed several times, as shared/serverless/http-api.yml is by each service with routes.
 *
 * @type {(one: Entry, other: Entry) => boolean}
 */
const isSame = (one, other) =>
  one.file === other.file && JSON.stringify(one.value) === JSON.stringify(other.value);

/** @param {Entry} entry */
const spellOwner = ({ file, service }) =>
  file.startsWith(path.posix.dirname(service)) ? file : `${file}, listed by ${service}`;

/**
 * The name of an export or import as it is written: both ends leave the stage to a variable.
 *
 * @param {Json | undefined} name
 */
const exportName = (name) => {
  const text = isObject(name) ? name['Fn::Sub'] : name;
  return typeof text === 'string' ? text : JSON.stringify(name);
};

/**
 * An import of an export of the same stack could never be deployed, and a reference lets CloudFormation order the
 * resources. An output that has a condition is taken as it is: who imports it has to know that the condition holds.
 *
 * @param {JsonObject} outputs
 */
const linker = (outputs) => {
  /** @type {Map<string, Json>} */
  const exported = new Map();
  for (const output of Object.values(outputs)) {
    if (isObject(output) && isObject(output.Export))
      exported.set(exportName(output.Export.Name), output.Value ?? null);
  }

  /** @type {(value: Json, trail?: string[]) => Json} */
  const link = (value, trail = []) => {
    if (Array.isArray(value)) return value.map((entry) => link(entry, trail));
    if (!isObject(value)) return value;
    const name = exportName(value['Fn::ImportValue']);
    const found = exported.get(name);
    if (found === undefined) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, link(entry, trail)]));
    }
    if (trail.includes(name))
      throw refusal(`the export ${name} is made of itself: ${[...trail, name].join(' → ')}`);
    return link(found, [...trail, name]);
  };
  return link;
};

const repository = path.resolve(__dirname, '../..');

/** @type {{ application: Application } | { error: unknown } | undefined} */
let remembered;

/** osls asks for each part, several times. A refusal is remembered as well, and so reported once. */
const application = () => {
  if (!remembered) {
    try {
      remembered = { application: join(repository) };
    } catch (error) {
      remembered = { error };
    }
  }
  if ('error' in remembered) throw remembered.error;
  return remembered.application;
};

module.exports = {
  join,
  /** @param {VariableContext} context */
  provider: (context) => {
    application(); // The part that osls asks for first, alone: a refusal is reported before anything else fails.
    const here = path.relative(process.cwd(), __filename).split(path.sep).join('/');
    return { ...standAlone.provider(context), httpApi: `\${file(${here}):httpApi}` };
  },
  /** @param {VariableContext} context */
  httpApi: async (context) => application().link(await standAlone.httpApi(context)),
  functions: () => application().functions,
  layers: () => application().layers,
  stepFunctions: () => application().stepFunctions,
  resources: () => application().resources,
};
