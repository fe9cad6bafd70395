/**
 * Reads services/<name>/serverless.yml as the root of the repository sees it. A service file is written for its own
 * folder, since it can be deployed alone: here its paths are rebased, the YAML and JSON files that it includes are
 * put in place, and what would mean something else at the root is refused by name. What osls resolves later
 * (`param:`, `sls:`, `.cjs` files) stands as it is.
 */
const fs = require('node:fs');
const path = require('node:path');
const yaml = require('js-yaml');
const ServerlessError = require('serverless/lib/serverless-error.js');
const cloudFormationSchema = require('serverless/lib/utils/serverless-utils/cloudformation-schema.js');
const parseVariables = require('serverless/lib/configuration/variables/parse.js');

/**
 * @typedef {import('serverless/lib/configuration/variables/parse.js').Variable} Variable
 * @typedef {import('serverless/lib/configuration/variables/parse.js').Source} Source
 * @typedef {null | boolean | number | string | Json[] | { [key: string]: Json }} Json
 * @typedef {{ [key: string]: Json }} JsonObject
 *
 * One thing that a service declares: a function, a resource, …, with the file that it stands in.
 * @typedef {{ section: string, key: string, value: Json, service: string, file: string }} Entry
 *
 * Where a value stands. Its paths are relative to `folder`, even in a file included from elsewhere.
 * @typedef {{ root: string, folder: string, file: string, keys: (string | number)[] }} Place
 */

/** What a service says for standing alone; the root says it once for all. */
const OWN_SETTINGS = [
  'service',
  'frameworkVersion',
  'configValidationMode',
  'params',
  'provider',
  'plugins',
  'custom',
  'package',
];
const RESOURCE_SECTIONS = [
  'Resources',
  'Outputs',
  'Conditions',
  'Parameters',
  'Mappings',
  'Rules',
  'Metadata',
  'extensions',
];

/**
 * An error that osls shows as one line: any other, thrown while it resolves variables, comes with a stack trace.
 *
 * @param {string} problem
 */
const refusal = (problem) =>
  new ServerlessError(`Cannot resolve variable at "services": ${problem}`, 'SERVICES_NOT_JOINED');

/** @param {Place} place */
const spell = ({ file, keys }) => (keys.length > 0 ? `${file}: ${keys.join('.')}` : file);

/** @type {(place: Place, ...keys: (string | number)[]) => Place} */
const inside = (place, ...keys) => ({ ...place, keys: [...place.keys, ...keys] });

/**
 * @param {Json | undefined} value
 * @returns {value is JsonObject}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param {string} relative
 * @param {Place} place
 * @returns {string} relative to the root
 */
const rebase = (relative, place) => {
  const rebased = path.posix.join(place.folder, relative);
  if (path.posix.isAbsolute(relative) || relative.startsWith('~') || rebased.startsWith('..')) {
    throw refusal(`${spell(place)}: the path "${relative}" leaves the repository`);
  }
  return rebased;
};

/**
 * @param {string} file relative to the root
 * @param {string} root
 * @returns {Json}
 */
const readYaml = (file, root) => {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  try {
    return /** @type {Json} */ (yaml.load(text, { schema: cloudFormationSchema }) ?? null);
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    throw refusal(`${file}:${error.mark.line + 1}:${error.mark.column + 1}: ${error.reason}`);
  }
};

/**
 * Every source that variables name, in fall-backs and in variables within variables too.
 *
 * @param {Variable[]} variables
 * @returns {Source[]}
 */
const sourcesOf = (variables) =>
  variables
    .flatMap(({ sources = [] }) => sources)
    .flatMap((source) => [
      source,
      ...[...(source.params ?? []), source.address].flatMap((meta) => sourcesOf(meta?.variables ?? [])),
    ]);

/**
 * The YAML or JSON file that stands for a whole value, when it is named literally.
 *
 * @param {Json | undefined} value
 */
const includedFile = (value) => {
  const [variable] = typeof value === 'string' ? variablesIn(value) : [];
  const [source, ...fallBacks] = variable?.sources ?? [];
  const name = source?.params?.[0];
  const isWhole = fallBacks.length === 0 && variable?.end === undefined;
  const isLiteral = typeof name?.value === 'string' && !name.variables && !source?.address?.variables;
  if (!isWhole || !isLiteral || source?.type !== 'file' || !/\.(ya?ml|json)$/.test(String(name?.value)))
    return null;
  return { name: String(name?.value), address: source.address?.value };
};

/** @type {(text: string) => Variable[]} */
const variablesIn = (text) => {
  try {
    return parseVariables(text) ?? [];
  } catch {
    return []; // osls reports a variable that it cannot parse.
  }
};

/**
 * The value with its paths rebased and included files in place.
 *
 * @param {Json} value
 * @param {Place} place
 * @returns {Json}
 */
const expand = (value, place) => {
  if (typeof value === 'string') return expandText(value, place);
  if (Array.isArray(value)) return value.map((entry, index) => expand(entry, inside(place, index)));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, expand(entry, inside(place, key))]),
  );
};

/** @type {(text: string, place: Place) => Json} */
const expandText = (text, place) => {
  const variables = variablesIn(text);
  const ownSelf = sourcesOf(variables).find(({ type }) => type === 'self');
  if (ownSelf) {
    throw refusal(
      `${spell(place)}: \${self:${ownSelf.address?.value ?? ''}} would be looked up in the root serverless.yml; ` +
        'use a param:, sls: or file() variable, or the value itself',
    );
  }
  if (includedFile(text)) return include(text, place);

  let rebased = '';
  let end = 0;
  for (const variable of variables) {
    const start = variable.start ?? 0;
    rebased += text.slice(end, start);
    end = variable.end ?? text.length;
    rebased += text
      .slice(start, end)
      .replace(/\bfile\(\s*(["']?)([^()"']+?)\1\s*\)/g, (_, _quote, name) => `file(${rebase(name, place)})`);
  }
  return rebased + text.slice(end);
};

/** @type {(text: string, place: Place) => Json} */
const include = (text, place) => {
  const { name = '', address } = includedFile(text) ?? {};
  const file = rebase(name, place);
  if (!fs.existsSync(path.join(place.root, file))) throw refusal(`${spell(place)}: there is no file ${file}`);
  const keys = address === null || address === undefined ? [] : String(address).split('.');
  /** @type {Json | undefined} */
  let content = readYaml(file, place.root);
  for (const key of keys) content = isObject(content) ? content[key] : undefined;
  if (content === undefined) throw refusal(`${spell(place)}: ${file} has no ${keys.join('.')}`);
  return expand(content, { ...place, file, keys });
};

/**
 * The keys of a map, or of a list of maps, each with its place.
 *
 * @param {Json | undefined} value
 * @param {Place} place
 * @returns {{ key: string, value: Json, place: Place }[]}
 */
const entriesOf = (value, place) => {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((entry, index) => entriesOf(entry, inside(place, index)));
  const map = expand(value, place);
  if (!isObject(map))
    throw refusal(`${spell(place)}: only a map, or a YAML or JSON file of one, can be joined`);
  const included = includedFile(value);
  const origin = included ? { ...place, file: rebase(included.name, place), keys: [] } : place;
  return Object.entries(map).map(([key, entry]) => ({ key, value: entry, place: inside(origin, key) }));
};

/**
 * A function with the paths that only functions have rebased.
 *
 * @param {Json} declared
 * @param {Place} place
 * @param {string[]} patterns what the service adds to the package of each function
 * @returns {Json}
 */
const rebaseFunction = (declared, place, patterns) => {
  // A function that a .cjs file computes has to name its handler from the folder that osls runs in.
  if (!isObject(declared)) return declared;
  const { handler, package: own = {}, ...rest } = declared;
  const { patterns: ownPatterns, artifact, ...ownRest } = isObject(own) ? own : {};
  const allPatterns = [...patterns, ...listOfText(ownPatterns)].map((pattern) =>
    pattern.startsWith('!') ? `!${rebase(pattern.slice(1), place)}` : rebase(pattern, place),
  );
  const rebasedPackage = {
    ...ownRest,
    ...(typeof artifact === 'string' && { artifact: rebase(artifact, place) }),
    ...(allPatterns.length > 0 && { patterns: allPatterns }),
  };
  return {
    ...(typeof handler === 'string' && { handler: rebase(handler, inside(place, 'handler')) }),
    ...rest,
    ...(Object.keys(rebasedPackage).length > 0 && { package: rebasedPackage }),
  };
};

/** @type {(declared: Json, place: Place) => Json} */
const rebaseLayer = (declared, place) =>
  isObject(declared) && typeof declared.path === 'string'
    ? { ...declared, path: rebase(declared.path, inside(place, 'path')) }
    : declared;

/** @type {(value: Json | undefined) => string[]} */
const listOfText = (value) => (Array.isArray(value) ? value.map(String) : []);

/**
 * What the service in `folder` brings to the application; nothing when the folder has no serverless.yml.
 *
 * @param {string} root the repository
 * @param {string} folder relative to it
 * @returns {Entry[]}
 * @throws ServerlessError that names the file and the key that cannot be joined
 */
const readService = (root, folder) => {
  const service = path.posix.join(folder, 'serverless.yml');
  if (!fs.existsSync(path.join(root, service))) return [];
  const content = readYaml(service, root);
  if (!isObject(content)) throw refusal(`${service}: a map is expected`);
  const { functions, layers, stepFunctions, resources, ...settings } = content;
  for (const key of Object.keys(settings)) {
    if (!OWN_SETTINGS.includes(key)) throw refusal(`${service}: ${key} cannot be joined`);
  }
  const patterns = isObject(settings.package) ? listOfText(settings.package.patterns) : [];
  /** @type {(section: string) => Place} */
  const at = (section) => ({ root, folder, file: service, keys: [section] });
  /** @type {(section: string, key: string, value: Json, place: Place) => Entry} */
  const entry = (section, key, value, { file }) => ({ section, key, value, service, file });

  return [
    ...entriesOf(functions, at('functions')).map(({ key, value, place }) =>
      entry('functions', key, rebaseFunction(value, place, patterns), place),
    ),
    ...entriesOf(layers, at('layers')).map(({ key, value, place }) =>
      entry('layers', key, rebaseLayer(value, place), place),
    ),
    ...entriesOf(stepFunctions, at('stepFunctions')).flatMap(({ key: kind, value, place }) => {
      if (kind === 'stateMachines' && isObject(value)) {
        return Object.entries(value).map(([key, machine]) => entry('stateMachines', key, machine, place));
      }
      if (kind === 'activities')
        return listOfText(value).map((name) => entry('activities', name, name, place));
      throw refusal(`${spell(place)}: this belongs in the root serverless.yml`);
    }),
    ...entriesOf(resources, at('resources')).flatMap(({ key: section, value, place }) => {
      if (section === 'Transform') {
        return listOfText([value].flat()).map((name) => entry('Transform', name, name, place));
      }
      if (!RESOURCE_SECTIONS.includes(section) || !isObject(value)) {
        throw refusal(`${spell(place)}: this section cannot be joined`);
      }
      return Object.entries(value).map(([key, declared]) => entry(section, key, declared, place));
    }),
  ];
};

module.exports = { readService, refusal, isObject };
