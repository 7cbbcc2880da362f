const assert = require('node:assert/strict');
const { BatchRequestContent, BatchResponseContent, PageIterator } = require('@microsoft/microsoft-graph-client');
const { act, byDevice, graphAs, graphScope, info, publicApp } = require('./stage.js');

const user = (name) => info.users.find((u) => u.name === name);
const alice = user('alice');
const v1 = 'https://graph.microsoft.com/v1.0';
const status = (code) => (e) => e.statusCode === code && typeof e.requestId === 'string' && e.code !== '';
let graph, app, principal, group;

act({
  'sign in': async () => { graph = graphAs((await byDevice(publicApp(info.apps.azureCli), 'admin', [graphScope])).accessToken); },
  me: async () => assert.deepEqual((await graph.api('/me').select('id,userPrincipalName').get()).userPrincipalName, 'admin@contoso.com'),
  'filter, order and count': async () => {
    const found = await graph.api('/users').filter("startswith(displayName,'a')").orderby('displayName').count(true).header('ConsistencyLevel', 'eventual').get();
    assert.equal(found['@odata.count'], found.value.length);
    assert.ok(found.value.some((u) => u.id === alice.objectId));
    assert.ok(found.value.every((u) => /^a/i.test(u.displayName)));
  },
  search: async () => {
    const found = await graph.api('/groups').search('"displayName:platform"').select('displayName').header('ConsistencyLevel', 'eventual').get();
    assert.deepEqual(found.value.map((g) => g.displayName).sort(), ['platform-oncall', 'platform-team']);
  },
  'page by page': async () => {
    const [total, names, first] = [await graph.api('/groups/$count').header('ConsistencyLevel', 'eventual').get(), new Set(), await graph.api('/groups').top(2).get()];
    assert.ok(first['@odata.nextLink'].startsWith(v1 + '/'), first['@odata.nextLink']);
    await new PageIterator(graph, first, (g) => { names.add(g.id); return true; }).iterate();
    assert.equal(String(names.size), total); // $count answers plain text
  },
  application: async () => {
    app = await graph.api('/applications').post({ displayName: 'js', signInAudience: 'AzureADMyOrg' });
    await graph.api('/applications/' + app.id).patch({ identifierUris: ['api://' + app.appId] });
    const seen = await graph.api(`/applications(appId='${app.appId}')`).select('id,identifierUris').get();
    assert.deepEqual([seen.id, seen.identifierUris], [app.id, ['api://' + app.appId]]);
  },
  'service principal with a secret': async () => {
    principal = await graph.api('/servicePrincipals').post({ appId: app.appId });
    const secret = await graph.api(`/servicePrincipals/${principal.id}/addPassword`).post({ passwordCredential: { displayName: 'x' } });
    assert.ok(secret.secretText.length >= 16);
    const [kept] = (await graph.api('/servicePrincipals/' + principal.id).get()).passwordCredentials;
    assert.deepEqual([kept.keyId, kept.secretText], [secret.keyId, null]);
  },
  'group and members': async () => {
    group = await graph.api('/groups').post({ displayName: 'js', mailEnabled: false, mailNickname: 'js', securityEnabled: true,
      'members@odata.bind': [`${v1}/users/${alice.objectId}`] });
    await graph.api(`/groups/${group.id}/members/$ref`).post({ '@odata.id': `${v1}/directoryObjects/${principal.id}` });
    const ids = async () => (await graph.api('/groups/' + group.id).expand('members($select=id)').get()).members.map((m) => m.id).sort();
    assert.deepEqual(await ids(), [alice.objectId, principal.id].sort());
    await graph.api(`/groups/${group.id}/members/${principal.id}/$ref`).delete();
    assert.deepEqual(await ids(), [alice.objectId]);
    const mine = await graph.api(`/users/${alice.objectId}/getMemberGroups`).post({ securityEnabledOnly: true });
    assert.ok(mine.value.includes(group.id));
  },
  batch: async () => {
    const host = 'https://graph.microsoft.com'; // BatchRequestContent takes it away; paths count from the version
    const batch = new BatchRequestContent([
      { id: '1', request: new Request(host + '/me?$select=id') },
      { id: '2', request: new Request(host + '/users/nobody'), dependsOn: ['1'] },
    ]);
    const answers = new BatchResponseContent(await graph.api('/$batch').post(await batch.getContent()));
    assert.equal(answers.getResponseById('1').status, 200);
    assert.equal(answers.getResponseById('2').status, 404);
    assert.equal((await answers.getResponseById('1').json()).id, user('admin').objectId);
  },
  refusals: async () => {
    await assert.rejects(graph.api('/applications/11111111-1111-4111-8111-111111111111').get(), status(404));
    await assert.rejects(graph.api('/users').filter("nonsense eq 'x'").get(), status(400));
    await assert.rejects(graph.api('/applications').post({}), status(400));
    await assert.rejects(graphAs('not-a-token').api('/me').get(), status(401));
  },
  'delete and restore': async () => {
    await graph.api('/applications/' + app.id).delete();
    await assert.rejects(graph.api('/applications/' + app.id).get(), status(404));
    await graph.api(`/directory/deletedItems/${app.id}/restore`).post({});
    assert.equal((await graph.api('/applications/' + app.id).get()).appId, app.appId);
  },
});
