// Node 20 has no switch that makes fetch obey HTTPS_PROXY: this is that switch.
const { EnvHttpProxyAgent, setGlobalDispatcher } = require('undici');
setGlobalDispatcher(new EnvHttpProxyAgent());
