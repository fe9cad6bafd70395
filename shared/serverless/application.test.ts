import { afterAll, describe, expect, it } from '@jest/globals';
import application from './application.cjs';
import { removeRepositories, repositoryOf } from './test/repository.ts';

afterAll(removeRepositories);

const join = (files: Readonly<Record<string, string>>) => application.join(repositoryOf(files));
const refusal = (files: Readonly<Record<string, string>>) => {
  try {
    join(files);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  throw new Error('the files were joined');
};
const service = (...lines: string[]) => ['service: shop', ...lines].join('\n');

describe('functions of the application', () => {
  it('come from every service, with handlers named from the root', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'functions:',
        '  addLine:',
        '    handler: src/handlers/add-line.handler',
        '    description: Adds a line',
      ),
      'services/users/serverless.yml': service(
        'functions:',
        '  greetUser: { handler: ./src/handlers/greet-user.handler, timeout: 3 }',
        '  banUser: { handler: ../../shared/ban-user.handler }',
      ),
    });
    expect(functions).toEqual({
      addLine: { handler: 'services/carts/src/handlers/add-line.handler', description: 'Adds a line' },
      greetUser: { handler: 'services/users/src/handlers/greet-user.handler', timeout: 3 },
      banUser: { handler: 'shared/ban-user.handler' },
    });
  });

  it('may stand in a list of files', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'functions:',
        '  - ${file(./functions.yml)}',
        '  - b: { handler: b.c }',
      ),
      'services/carts/functions.yml': 'a: { handler: a.handler }',
    });
    expect(functions).toEqual({
      a: { handler: 'services/carts/a.handler' },
      b: { handler: 'services/carts/b.c' },
    });
  });

  it('keep CloudFormation tags', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'functions:',
        '  a: { handler: a.b, environment: { TABLE: !Ref Table, ARN: !GetAtt Table.Arn, NAME: !Sub "${Table}-x" } }',
      ),
    });
    expect(functions.a).toMatchObject({
      environment: {
        TABLE: { Ref: 'Table' },
        ARN: { 'Fn::GetAtt': ['Table', 'Arn'] },
        NAME: { 'Fn::Sub': '${Table}-x' },
      },
    });
  });

  it('get the package patterns of their service, then their own, from the root', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'package: { individually: true, patterns: ["assets/**", "!assets/raw/**"] }',
        'functions:',
        '  a: { handler: a.b, package: { patterns: ["./more.txt"] } }',
        '  c: { handler: c.d, package: { artifact: built/c.zip } }',
      ),
    });
    const ofService = ['services/carts/assets/**', '!services/carts/assets/raw/**'];
    expect(functions).toEqual({
      a: { handler: 'services/carts/a.b', package: { patterns: [...ofService, 'services/carts/more.txt'] } },
      c: {
        handler: 'services/carts/c.d',
        package: { artifact: 'services/carts/built/c.zip', patterns: ofService },
      },
    });
  });
});

describe('a reference to a file', () => {
  it.each([
    ['${file(./x.cjs)}', '${file(services/carts/x.cjs)}'],
    ['${file(x.cjs):a.b}', '${file(services/carts/x.cjs):a.b}'],
    ['${file(../../shared/x.cjs):a}', '${file(shared/x.cjs):a}'],
    ["${file('./x.cjs'):a}", '${file(services/carts/x.cjs):a}'],
    [
      "a-${file(./x.txt)}-${file(y.txt), 'none'}",
      "a-${file(services/carts/x.txt)}-${file(services/carts/y.txt), 'none'}",
    ],
    ['a-${file(./x.yml):b}', 'a-${file(services/carts/x.yml):b}'],
    ['${file(./x.yml):${sls:stage}}', '${file(services/carts/x.yml):${sls:stage}}'],
    ['${terraform(x.yml):a}', '${terraform(x.yml):a}'],
    ['${file(./${sls:stage}.yml):a}', '${file(services/carts/${sls:stage}.yml):a}'],
    [
      '${file(./absent.yml), file(./x.cjs):a, 3}',
      '${file(services/carts/absent.yml), file(services/carts/x.cjs):a, 3}',
    ],
    ['Reads a file(x) of ${Table}', 'Reads a file(x) of ${Table}'],
    ['\\${file(x.cjs)}', '\\${file(x.cjs)}'],
  ])('%s becomes %s at the root', (written, rebased) => {
    const { functions, resources } = join({
      'services/carts/serverless.yml': service(
        'functions:',
        `  a: { handler: a.b, environment: { X: ${JSON.stringify(written)} } }`,
        'resources:',
        `  Resources: { Table: { Properties: { Tags: [${JSON.stringify(written)}] } } }`,
      ),
    });
    expect(functions.a).toMatchObject({ environment: { X: rebased } });
    expect(resources).toMatchObject({ Resources: { Table: { Properties: { Tags: [rebased] } } } });
  });

  it('is left to osls, which says where it stands, when it cannot be parsed', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'functions: { a: { handler: a.b, description: "${file(x.cjs" } }',
      ),
    });
    expect(functions.a).toMatchObject({ description: '${file(x.cjs' });
  });

  it('is replaced by what a YAML or JSON file says, whose own paths are relative to the service', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'functions: { a: { handler: a.b, environment: "${file(./config/all.yml):environments.a}" } }',
      ),
      'services/carts/config/all.yml':
        'environments: { a: { RETENTION: "${file(./x.cjs):a}", MORE: "${file(config/more.json)}" } }',
      'services/carts/config/more.json': '{"stage": "${sls:stage}"}',
    });
    expect(functions.a).toMatchObject({
      environment: { RETENTION: '${file(services/carts/x.cjs):a}', MORE: { stage: '${sls:stage}' } },
    });
  });

  it.each(['../../../secrets.yml', '/etc/hosts.yml', '~/x.yml'])(
    'is refused when %s leaves the repository',
    (path) => {
      expect(
        refusal({
          'services/carts/serverless.yml': service(
            `functions: { a: { handler: a.b, environment: "\${file(${path})}" } }`,
          ),
        }),
      ).toBe(
        'Cannot resolve variable at "services": services/carts/serverless.yml: functions.a.environment: ' +
          `the path "${path}" leaves the repository`,
      );
    },
  );

  it('is refused when the file or the key does not exist', () => {
    expect(
      refusal({ 'services/carts/serverless.yml': service('functions: { a: "${file(./absent.yml)}" }') }),
    ).toContain('services/carts/serverless.yml: functions.a: there is no file services/carts/absent.yml');
    expect(
      refusal({
        'services/carts/serverless.yml': service('functions: { a: "${file(./x.yml):b.c}" }'),
        'services/carts/x.yml': 'b: { d: 1 }',
      }),
    ).toContain('services/carts/serverless.yml: functions.a: services/carts/x.yml has no b.c');
  });
});

describe('resources of the application', () => {
  it('merge the sections of maps, lists and files', () => {
    const { resources } = join({
      'services/carts/serverless.yml': service(
        'resources:',
        '  - ${file(./resources.yml)}',
        '  - Resources: { Queue: { Type: AWS::SQS::Queue } }',
        '    Transform: AWS::Serverless-2016-10-31',
      ),
      'services/carts/resources.yml': [
        'Conditions: { IsProd: !Equals ["${sls:stage}", prod] }',
        'Resources: { Table: { Type: AWS::DynamoDB::Table, DeletionPolicy: "${file(../../shared/keep.cjs):policy}" } }',
        'Outputs: { TableName: { Value: !Ref Table } }',
      ].join('\n'),
      'services/users/serverless.yml': service(
        'resources:',
        '  Resources: { Users: { Type: AWS::DynamoDB::Table } }',
        '  extensions: { HttpApi: { Properties: { Name: x } } }',
        '  Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]',
      ),
      'services/signs/serverless.yml': service('resources: ${file(./all.yml)}'),
      'services/signs/all.yml': 'Parameters: { A: { Type: String } }',
    });
    expect(resources).toEqual({
      Conditions: { IsProd: { 'Fn::Equals': ['${sls:stage}', 'prod'] } },
      Resources: {
        Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: '${file(shared/keep.cjs):policy}' },
        Queue: { Type: 'AWS::SQS::Queue' },
        Users: { Type: 'AWS::DynamoDB::Table' },
      },
      Outputs: { TableName: { Value: { Ref: 'Table' } } },
      Parameters: { A: { Type: 'String' } },
      extensions: { HttpApi: { Properties: { Name: 'x' } } },
      Transform: ['AWS::Serverless-2016-10-31', 'AWS::LanguageExtensions'],
    });
  });

  it('take a fragment that several services list once', () => {
    const listing = service('resources:', '  - ${file(../../shared/api.yml)}');
    const { resources } = join({
      'services/carts/serverless.yml': listing,
      'services/users/serverless.yml': listing,
      'services/signs/serverless.yml': listing,
      'shared/api.yml': 'extensions: { HttpApiStage: { Properties: { A: 1 } } }',
    });
    expect(resources).toMatchObject({ extensions: { HttpApiStage: { Properties: { A: 1 } } } });
  });

  it('refuse a fragment that means something else in each service', () => {
    const listing = service('resources:', '  - ${file(../../shared/api.yml)}');
    expect(
      refusal({
        'services/carts/serverless.yml': listing,
        'services/users/serverless.yml': listing,
        'shared/api.yml': 'Resources: { Queue: "${file(./queue.cjs)}" }',
      }),
    ).toContain(
      'Resources.Queue is declared twice, in shared/api.yml, listed by services/carts/serverless.yml ' +
        'and in shared/api.yml, listed by services/users/serverless.yml',
    );
  });

  it.each([
    [
      'a computed file',
      '- ${file(./r.cjs)}',
      'resources.0: only a map, or a YAML or JSON file of one, can be joined',
    ],
    ['an unknown section', '- Ressources: { A: 1 }', 'resources.0.Ressources: this section cannot be joined'],
  ])('refuse %s', (_, line, message) => {
    expect(refusal({ 'services/carts/serverless.yml': service('resources:', `  ${line}`) })).toContain(
      `services/carts/serverless.yml: ${message}`,
    );
  });
});

describe('state machines, activities and layers', () => {
  it('are joined, with definitions in place and paths rebased', () => {
    const { stepFunctions, layers } = join({
      'services/carts/serverless.yml': service(
        'layers: { pg: { path: layers/pg, compatibleRuntimes: [nodejs24.x] } }',
        'stepFunctions:',
        '  stateMachines: { order: { definition: "${file(workflows/order.asl.yml)}" } }',
        '  activities: [pack]',
      ),
      'services/carts/workflows/order.asl.yml':
        'StartAt: A\nStates: { A: { Resource: !GetAtt ALambdaFunction.Arn } }',
      'services/users/serverless.yml': service('stepFunctions: { stateMachines: { signUp: { name: s } } }'),
    });
    expect(layers).toEqual({ pg: { path: 'services/carts/layers/pg', compatibleRuntimes: ['nodejs24.x'] } });
    expect(stepFunctions).toEqual({
      stateMachines: {
        order: {
          definition: {
            StartAt: 'A',
            States: { A: { Resource: { 'Fn::GetAtt': ['ALambdaFunction', 'Arn'] } } },
          },
        },
        signUp: { name: 's' },
      },
      activities: ['pack'],
    });
  });

  it('leave the other settings of the plugin to the root', () => {
    expect(
      refusal({ 'services/carts/serverless.yml': service('stepFunctions: { validate: true }') }),
    ).toContain(
      'services/carts/serverless.yml: stepFunctions.validate: this belongs in the root serverless.yml',
    );
  });
});

describe('a name that two services use', () => {
  it.each([
    ['functions.getItem', 'functions: { getItem: { handler: a.b } }'],
    ['layers.pg', 'layers: { pg: { path: a } }'],
    ['Resources.Table', 'resources: { Resources: { Table: { Type: A } } }'],
    ['Outputs.Name', 'resources: { Outputs: { Name: { Value: a } } }'],
    ['Conditions.IsProd', 'resources: { Conditions: { IsProd: !Equals [a, b] } }'],
    ['extensions.HttpApi', 'resources: { extensions: { HttpApi: { Properties: {} } } }'],
    ['stateMachines.order', 'stepFunctions: { stateMachines: { order: { name: a } } }'],
    ['activities.pack', 'stepFunctions: { activities: [pack] }'],
  ])('is refused: %s', (name, line) => {
    expect(
      refusal({
        'services/carts/serverless.yml': service(line),
        'services/users/serverless.yml': service(line),
      }),
    ).toBe(
      `Cannot resolve variable at "services": ${name} is declared twice, ` +
        'in services/carts/serverless.yml and in services/users/serverless.yml',
    );
  });

  it('is refused when only its first letter differs in case, since logical ids do not', () => {
    expect(
      refusal({
        'services/carts/serverless.yml': service('functions: { getItem: { handler: a.b } }'),
        'services/users/serverless.yml': service('functions: { GetItem: { handler: a.b } }'),
      }),
    ).toContain('functions.getItem is declared twice');
  });

  it('is refused for exports under different outputs', () => {
    expect(
      refusal({
        'services/carts/serverless.yml': service(
          'resources: { Outputs: { A: { Value: 1, Export: { Name: "shop-${sls:stage}-x" } } } }',
        ),
        'services/users/serverless.yml': service(
          'resources: { Outputs: { B: { Value: 1, Export: { Name: "shop-${sls:stage}-x" } } } }',
        ),
      }),
    ).toContain('the export shop-${sls:stage}-x is declared twice, in services/carts/serverless.yml and in');
  });

  it('is refused within one service, too', () => {
    expect(
      refusal({
        'services/carts/serverless.yml': service(
          'resources:',
          '  - ${file(./a.yml)}',
          '  - Resources: { T: { Type: A } }',
        ),
        'services/carts/a.yml': 'Resources: { T: { Type: B } }',
      }),
    ).toContain(
      'Resources.T is declared twice, in services/carts/a.yml and in services/carts/serverless.yml',
    );
  });
});

describe('a variable of the service file itself', () => {
  it.each([
    [
      'functions: { a: { handler: a.b, environment: { X: "${self:custom.x}" } } }',
      'functions.a.environment.X',
      'custom.x',
    ],
    [
      'resources: { Resources: { T: "${param:x, self:functions.a.name}" } }',
      'resources.Resources.T',
      'functions.a.name',
    ],
    [
      'resources: { Resources: { T: "a-${file(./${self:custom.y}.yml)}" } }',
      'resources.Resources.T',
      'custom.y',
    ],
    [
      'functions: { a: { handler: a.b, layers: ["${param:${self:custom.z}}"] } }',
      'functions.a.layers.0',
      'custom.z',
    ],
  ])('is refused: %s', (line, place, name) => {
    expect(refusal({ 'services/carts/serverless.yml': service(line) })).toBe(
      `Cannot resolve variable at "services": services/carts/serverless.yml: ${place}: \${self:${name}} ` +
        'would be looked up in the root serverless.yml; use a param:, sls: or file() variable, or the value itself',
    );
  });

  it('is refused in an included file, and named there', () => {
    expect(
      refusal({
        'services/carts/serverless.yml': service('resources:', '  - ${file(./resources.yml)}'),
        'services/carts/resources.yml': 'Resources: { T: { Type: "${self:custom.x}" } }',
      }),
    ).toContain('services/carts/resources.yml: Resources.T.Type: ${self:custom.x}');
  });

  it('is fine in what the service says for itself', () => {
    const { functions } = join({
      'services/carts/serverless.yml': service(
        'custom: { a: "${self:service}" }',
        'functions: { a: { handler: a.b } }',
      ),
    });
    expect(functions).toEqual({ a: { handler: 'services/carts/a.b' } });
  });
});

describe('an import', () => {
  const exporting = service(
    'resources:',
    '  Outputs:',
    '    Name: { Value: !Ref Table, Export: { Name: "shop-${sls:stage}-table" } }',
    '    Arn: { Value: !GetAtt Table.Arn, Export: { Name: !Sub "${AWS::StackName}-arn" } }',
    '    Again: { Value: !ImportValue "shop-${sls:stage}-table", Export: { Name: again } }',
  );

  it.each([
    ['!ImportValue "shop-${sls:stage}-table"', { Ref: 'Table' }],
    ['{ "Fn::ImportValue": "shop-${sls:stage}-table" }', { Ref: 'Table' }],
    ['{ "Fn::ImportValue": !Sub "shop-${sls:stage}-table" }', { Ref: 'Table' }],
    ['{ "Fn::ImportValue": !Sub "${AWS::StackName}-arn" }', { 'Fn::GetAtt': ['Table', 'Arn'] }],
    [
      '!Sub ["${T}/index", { T: !ImportValue again }]',
      { 'Fn::Sub': ['${T}/index', { T: { Ref: 'Table' } }] },
    ],
    ['[!ImportValue "shop-${sls:stage}-other"]', [{ 'Fn::ImportValue': 'shop-${sls:stage}-other' }]],
  ])('%s becomes %j', (written, linked) => {
    const { functions, resources, stepFunctions, link } = join({
      'services/carts/serverless.yml': service(
        `functions: { a: { handler: a.b, environment: { X: ${written} } } }`,
        `resources: { Resources: { Alarm: { Properties: { X: ${written} } } } }`,
        `stepFunctions: { stateMachines: { order: { definition: ${written} } } }`,
      ),
      'services/tables/serverless.yml': exporting,
    });
    expect(functions.a).toMatchObject({ environment: { X: linked } });
    expect(resources).toMatchObject({ Resources: { Alarm: { Properties: { X: linked } } } });
    expect(stepFunctions).toMatchObject({ stateMachines: { order: { definition: linked } } });
    expect(link({ issuer: [{ 'Fn::ImportValue': 'shop-${sls:stage}-table' }] })).toEqual({
      issuer: [{ Ref: 'Table' }],
    });
  });

  it('leaves the exports in place, for stacks beside this one', () => {
    const { resources } = join({ 'services/tables/serverless.yml': exporting });
    expect(resources.Outputs).toMatchObject({
      Name: { Value: { Ref: 'Table' }, Export: { Name: 'shop-${sls:stage}-table' } },
      Again: { Value: { Ref: 'Table' }, Export: { Name: 'again' } },
    });
  });

  it('is refused when exports are made of each other', () => {
    expect(
      refusal({
        'services/carts/serverless.yml': service(
          'resources:',
          '  Outputs:',
          '    A: { Value: !ImportValue b, Export: { Name: a } }',
          '    B: { Value: !ImportValue a, Export: { Name: b } }',
        ),
      }),
    ).toContain('is made of itself: b → a → b');
  });
});

describe('a folder under services', () => {
  it('has no part in the application without a serverless.yml', () => {
    expect(
      join({
        'services/library/README.md': 'Nothing to deploy',
        'services/README.md': 'A file',
        'services/carts/serverless.yml': service('functions: { a: { handler: a.b } }'),
      }).functions,
    ).toEqual({ a: { handler: 'services/carts/a.b' } });
  });

  it('that declares nothing leaves empty parts', () => {
    expect(join({ 'services/carts/serverless.yml': service() })).toMatchObject({
      functions: {},
      layers: {},
      stepFunctions: { stateMachines: {} },
      resources: { Resources: {}, Outputs: {} },
    });
  });

  it.each([
    [
      'service: shop\nfunctions:\n  a: b\n c: d\n',
      'services/carts/serverless.yml:4:2: bad indentation of a mapping entry',
    ],
    ['a: 1\na: 2\n', 'services/carts/serverless.yml:2:1: duplicated mapping key'],
    ['- a\n', 'services/carts/serverless.yml: a map is expected'],
    ['service: shop\nconstructs: {}\n', 'services/carts/serverless.yml: constructs cannot be joined'],
  ])('is refused with the line to mend: %j', (content, message) => {
    expect(refusal({ 'services/carts/serverless.yml': content })).toBe(
      `Cannot resolve variable at "services": ${message}`,
    );
  });
});
