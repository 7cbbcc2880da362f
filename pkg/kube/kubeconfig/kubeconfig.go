// Package kubeconfig reads kubeconfig files and changes single entries in them,
// as kubectl does: everything else stays, two writers wait for each other. It
// runs nothing that a kubeconfig names and connects to no server.
package kubeconfig

import (
	"path/filepath"
	"slices"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/homedir"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Exec is a credential plugin.
type Exec struct {
	Command         string
	Args            []string
	Env             map[string]string
	APIVersion      string // client.authentication.k8s.io/v1, v1beta1
	InteractiveMode string // Never, IfAvailable, Always; "" is IfAvailable
	InstallHint     string
}

// Entry is a context with the cluster and the user that it names. Parse fills
// what the file has; a cluster or user that the file lacks leaves its fields
// empty.
type Entry struct {
	Context, Cluster, User string

	Server    string
	Namespace string
	CA        []byte // PEM
	CAFile    string // as written, when the file names one instead
	Insecure  bool   // insecure-skip-tls-verify

	ProxyURL      string // proxy-url; empty: the environment's
	TLSServerName string // tls-server-name; empty: the host of Server

	Exec         *Exec
	ClientCert   []byte // PEM
	ClientKey    []byte // PEM
	AuthProvider string // name of the auth-provider that kubectl 1.26 dropped
	HasToken     bool   // a static token or token file, which beats the plugin
}

// Parse returns the contexts of a kubeconfig, sorted by name, and the current
// one's name. The error is of kind fault.Config.
func Parse(data []byte) (entries []Entry, current string, err error) {
	config, err := clientcmd.Load(data)
	if err != nil {
		return nil, "", fault.Wrap(fault.Config, "read kubeconfig", err)
	}
	return entriesOf(config), config.CurrentContext, nil
}

// Load merges kubeconfig files as kubectl does (the first to define an entry
// wins) and returns their contexts as Parse does. An explicit path (the value
// of --kubeconfig) stands alone; env is the value of $KUBECONFIG. Files that
// are not there are left out, but not an explicit one.
func Load(explicit, env string) (entries []Entry, current string, err error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: explicit, Precedence: paths(env), Warner: func(error) {}}
	config, err := rules.Load()
	if err != nil {
		return nil, "", fault.Wrap(fault.Config, "read kubeconfig", err)
	}
	return entriesOf(config), config.CurrentContext, nil
}

// Path returns the file that is written: explicit, else the first of
// $KUBECONFIG's list, which wins over the others, else ~/.kube/config.
func Path(explicit, env string) string {
	if explicit != "" {
		return explicit
	}
	return paths(env)[0]
}

func paths(env string) []string {
	list := slices.DeleteFunc(filepath.SplitList(env), func(p string) bool { return p == "" })
	if len(list) == 0 {
		list = []string{filepath.Join(homedir.HomeDir(), clientcmd.RecommendedHomeDir, clientcmd.RecommendedFileName)}
	}
	return list
}

func entriesOf(config *api.Config) []Entry {
	var entries []Entry
	for name, c := range config.Contexts {
		e := Entry{Context: name, Cluster: c.Cluster, User: c.AuthInfo, Namespace: c.Namespace}
		if cluster := config.Clusters[c.Cluster]; cluster != nil {
			e.Server, e.Insecure = cluster.Server, cluster.InsecureSkipTLSVerify
			e.ProxyURL, e.TLSServerName = cluster.ProxyURL, cluster.TLSServerName
			e.CA, e.CAFile = cluster.CertificateAuthorityData, cluster.CertificateAuthority
		}
		if user := config.AuthInfos[c.AuthInfo]; user != nil {
			e.ClientCert, e.ClientKey = user.ClientCertificateData, user.ClientKeyData
			e.HasToken = user.Token != "" || user.TokenFile != ""
			e.Exec = execOf(user.Exec)
			if user.AuthProvider != nil {
				e.AuthProvider = user.AuthProvider.Name
			}
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		if a.Context < b.Context {
			return -1
		}
		return 1
	})
	return entries
}

func execOf(x *api.ExecConfig) *Exec {
	if x == nil {
		return nil
	}
	e := &Exec{Command: x.Command, Args: x.Args, APIVersion: x.APIVersion,
		InteractiveMode: string(x.InteractiveMode), InstallHint: x.InstallHint}
	if len(x.Env) > 0 {
		e.Env = map[string]string{}
		for _, v := range x.Env {
			e.Env[v.Name] = v.Value
		}
	}
	return e
}
