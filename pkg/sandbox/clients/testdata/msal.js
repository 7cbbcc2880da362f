const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { ConfidentialClientApplication } = require('@azure/msal-node');
const { act, authority, byDevice, claims, graphAs, graphScope, info, publicApp, say } = require('./stage.js');

const tenant = info.tenants[0].id;
const alice = info.users.find((u) => u.name === 'alice');
const graphId = '00000003-0000-0000-c000-000000000000';
const directoryReadAll = '7ab1d382-f21e-4acd-a863-ba3e13f7da61';
const azureCli = publicApp(info.apps.azureCli);
let admin, server, client, people, token, secret, daemon;

// Two app registrations as the article has them, made over Microsoft Graph.
async function register() {
  const graph = graphAs(admin.accessToken);
  const principal = (appId) => graph.api('/servicePrincipals').post({ appId });
  const scope = { id: randomUUID(), value: 'user_impersonation', type: 'User', isEnabled: true, adminConsentDisplayName: 'Access',
    adminConsentDescription: 'Access', userConsentDisplayName: 'Access', userConsentDescription: 'Access' };
  server = await graph.api('/applications').post({ displayName: 'msal-server', signInAudience: 'AzureADMyOrg',
    api: { requestedAccessTokenVersion: 1, oauth2PermissionScopes: [scope] } });
  await graph.api('/applications/' + server.id).patch({ identifierUris: ['api://' + server.appId],
    requiredResourceAccess: [{ resourceAppId: graphId, resourceAccess: [{ id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Scope' }] }] });
  client = await graph.api('/applications').post({ displayName: 'msal-client', signInAudience: 'AzureADMyOrg', isFallbackPublicClient: true,
    publicClient: { redirectUris: ['http://localhost'] },
    requiredResourceAccess: [{ resourceAppId: server.appId, resourceAccess: [{ id: scope.id, type: 'Scope' }] }] });
  const [serverPrincipal, clientPrincipal] = [await principal(server.appId), await principal(client.appId)];
  const graphPrincipal = await graph.api(`/servicePrincipals(appId='${graphId}')`).get();
  const grant = (from, to, scopes) => graph.api('/oauth2PermissionGrants').post({ clientId: from.id, consentType: 'AllPrincipals', resourceId: to.id, scope: scopes });
  await grant(clientPrincipal, serverPrincipal, 'user_impersonation');
  await grant(serverPrincipal, graphPrincipal, 'User.Read');
  await graph.api(`/servicePrincipals/${graphPrincipal.id}/appRoleAssignedTo`).post({
    principalId: serverPrincipal.id, resourceId: graphPrincipal.id, appRoleId: directoryReadAll });
  secret = (await graph.api(`/applications/${server.id}/addPassword`).post({ passwordCredential: { displayName: 'msal' } })).secretText;
}

function isForTheServer(result) {
  const c = claims(result.accessToken);
  assert.equal(c.iss, `https://sts.windows.net/${tenant}/`);
  assert.equal(c.aud, 'api://' + server.appId);
  assert.equal(c.oid, alice.objectId);
  assert.equal(c.scp, 'user_impersonation');
  assert.equal(c.appid, client.appId);
  assert.equal(result.account.username, 'alice@contoso.com');
}

const daemonWith = (clientSecret) => new ConfidentialClientApplication({ auth: { clientId: server.appId, authority, clientSecret } });
const scopes = () => [`api://${server.appId}/user_impersonation`];

act({
  'device code, as administrator': async () => { admin = await byDevice(azureCli, 'admin', [graphScope]); },
  'app registrations': register,
  'device code': async () => {
    people = publicApp(client.appId);
    token = await byDevice(people, 'alice', scopes());
    isForTheServer(token);
  },
  'from the cache': async () => {
    const again = await people.acquireTokenSilent({ account: token.account, scopes: scopes() });
    assert.equal(again.fromCache, true);
    assert.equal(again.accessToken, token.accessToken);
  },
  refresh: async () => {
    const fresh = await people.acquireTokenSilent({ account: token.account, scopes: scopes(), forceRefresh: true });
    assert.equal(fresh.fromCache, false);
    assert.notEqual(fresh.accessToken, token.accessToken);
    isForTheServer(fresh);
  },
  'refresh for another resource': async () => {
    const arm = await azureCli.acquireTokenSilent({ account: admin.account, scopes: ['https://management.core.windows.net//.default'] });
    assert.match(claims(arm.accessToken).aud, /^https:\/\/management\.core\.windows\.net/);
    assert.equal(claims(arm.accessToken).oid, claims(admin.accessToken).oid);
  },
  'code with PKCE': async () => {
    const app = publicApp(client.appId);
    isForTheServer(await app.acquireTokenInteractive({ scopes: scopes(), openBrowser: async (url) => say('browse', 'alice', url),
      successTemplate: 'You may close this window', errorTemplate: 'MSAL is not content' }));
  },
  'client credentials': async () => {
    daemon = daemonWith(secret);
    const result = await daemon.acquireTokenByClientCredential({ scopes: [graphScope] });
    assert.deepEqual(claims(result.accessToken).roles, ['Directory.Read.All']);
    assert.equal((await graphAs(result.accessToken).api('/users/alice@contoso.com').get()).id, alice.objectId);
  },
  'client credentials, wrong secret': () => assert.rejects(daemonWith('wrong').acquireTokenByClientCredential({ scopes: [graphScope] }),
    (e) => e.errorCode === 'invalid_client' && /AADSTS7000215/.test(e.errorMessage)),
  'on behalf of': async () => {
    const result = await daemon.acquireTokenOnBehalfOf({ oboAssertion: token.accessToken, scopes: ['https://graph.microsoft.com/User.Read'] });
    assert.equal((await graphAs(result.accessToken).api('/me').get()).id, alice.objectId);
  },
  'on behalf of, for somebody else': () => assert.rejects(
    daemon.acquireTokenOnBehalfOf({ oboAssertion: admin.accessToken, scopes: ['https://graph.microsoft.com/User.Read'] }), /AADSTS50013/),
});
