// What the scripts share: a step is reported on a line of its own, and people
// are asked for by "device WHO CODE" and "browse WHO URL".
const { Client } = require('@microsoft/microsoft-graph-client');
const { LogLevel, PublicClientApplication } = require('@azure/msal-node');

const info = require(process.argv[2]);
const say = (...words) => console.log(words.join(' '));
const authority = 'https://login.microsoftonline.com/' + info.tenants[0].id;

// act runs steps in order; a step that fails ends the play.
async function act(steps) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      say('ok', name);
    } catch (e) {
      say('failed', name, String(e && e.stack || e).replace(/\s+/g, ' '), e && e.body ? String(e.body) : '');
      process.exit(1);
    }
  }
  say('end');
}

const publicApp = (clientId) => new PublicClientApplication({ auth: { clientId, authority } });
const byDevice = (app, who, scopes) => app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (r) => say('device', who, r.userCode) });
const graphAs = (token) => Client.init({ authProvider: (done) => done(null, token) });
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const graphScope = 'https://graph.microsoft.com/.default';

module.exports = { act, authority, byDevice, claims, graphAs, graphScope, info, publicApp, say };
