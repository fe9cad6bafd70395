import { describe, expect, it } from '@jest/globals';
import { webSocketRoutesOf } from './routes.ts';

const routesOf = (...events: Record<string, unknown>[]) => [
  ...webSocketRoutesOf({ talk: { name: 'talk', events } }).values(),
];

describe('the routes of a WebSocket API', () => {
  it('are those of the events of all functions, and no others', () => {
    const events = [
      { websocket: '$connect' },
      { httpApi: 'GET /' },
      { websocket: { route: 'shout', routeResponseSelectionExpression: '$default' } },
    ];
    expect(routesOf(...events)).toEqual([
      { routeKey: '$connect', functionKey: 'talk', answers: false },
      { routeKey: 'shout', functionKey: 'talk', answers: true },
    ]);
  });

  it.each([
    ['by its name', 'admit', ['Auth']],
    ['with its sources', { name: 'admit', identitySource: ['route.request.header.Token'] }, ['Token']],
    ['without sources', { name: 'admit', identitySource: [] }, []],
  ])('have an authorizer that is named %s', (_, authorizer, headers) => {
    expect(routesOf({ websocket: { route: '$connect', authorizer } })).toMatchObject([
      { authorizer: { functionKey: 'admit', headers } },
    ]);
  });

  it.each([
    ['an authorizer of another application', { route: '$connect', authorizer: { arn: 'arn:aws:lambda' } }],
    [
      'a token in the query',
      {
        route: '$connect',
        authorizer: { name: 'admit', identitySource: ['route.request.querystring.token'] },
      },
    ],
    ['a property that is not known', { route: 'shout', model: 'Shout' }],
  ])('are refused with %s, by the name of the function', (_, websocket) => {
    expect(() => routesOf({ websocket })).toThrow('function talk: websocket');
  });
});
