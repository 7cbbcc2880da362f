package kubeconfig

import (
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// WithToken is a kubeconfig of this entry alone, with a token in place of the
// plugin that makes it: client-go would start the plugin, which may ask. It is
// for memory only.
func (e Entry) WithToken(access safetext.Secret) ([]byte, error) {
	const name = "aad"
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: e.Server, InsecureSkipTLSVerify: e.Insecure,
		ProxyURL: e.ProxyURL, TLSServerName: e.TLSServerName,
		CertificateAuthorityData: e.CA, CertificateAuthority: e.CAFile}
	config.AuthInfos[name] = &api.AuthInfo{Token: access.Reveal()}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name, Namespace: e.Namespace}
	config.CurrentContext = name
	return clientcmd.Write(*config)
}
