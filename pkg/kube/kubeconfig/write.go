package kubeconfig

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Merge creates or updates the context, cluster and user that e names in the
// file at path and keeps everything else; the file and its folder are made when
// missing. A file that cannot be read is left as it is. The file ends up with
// mode 0600 and is replaced in one step; a link stays a link.
func Merge(path string, e Entry, setCurrent bool) error {
	if e.Context == "" || e.Cluster == "" || e.User == "" || e.Server == "" {
		return errors.New("write kubeconfig: an entry needs a context, a cluster with a server, and a user")
	}
	return modify(path, func(config *api.Config) {
		cluster := existing(config.Clusters, e.Cluster, api.NewCluster)
		cluster.Server, cluster.InsecureSkipTLSVerify = e.Server, e.Insecure
		cluster.CertificateAuthorityData, cluster.CertificateAuthority = e.CA, e.CAFile
		cluster.ProxyURL = cmp.Or(e.ProxyURL, cluster.ProxyURL) // people write these two by hand
		cluster.TLSServerName = cmp.Or(e.TLSServerName, cluster.TLSServerName)
		user := api.NewAuthInfo()
		if old := config.AuthInfos[e.User]; old != nil {
			user.Extensions = old.Extensions
		}
		user.ClientCertificateData, user.ClientKeyData = e.ClientCert, e.ClientKey
		user.Exec = apiExec(e.Exec)
		config.AuthInfos[e.User] = user
		context := existing(config.Contexts, e.Context, api.NewContext)
		context.Cluster, context.AuthInfo = e.Cluster, e.User
		if e.Namespace != "" {
			context.Namespace = e.Namespace
		}
		if setCurrent {
			config.CurrentContext = e.Context
		}
	})
}

// Remove takes a context out of the file at path, with its cluster and its user
// where no other context names them. What is not there is no error.
func Remove(path, context string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return modify(path, func(config *api.Config) {
		c := config.Contexts[context]
		if c == nil {
			return
		}
		delete(config.Contexts, context)
		if config.CurrentContext == context {
			config.CurrentContext = ""
		}
		clusterUsed, userUsed := false, false
		for _, other := range config.Contexts {
			clusterUsed = clusterUsed || other.Cluster == c.Cluster
			userUsed = userUsed || other.AuthInfo == c.AuthInfo
		}
		if !clusterUsed {
			delete(config.Clusters, c.Cluster)
		}
		if !userUsed {
			delete(config.AuthInfos, c.AuthInfo)
		}
	})
}

func existing[T any](all map[string]*T, name string, fresh func() *T) *T {
	if all[name] == nil {
		all[name] = fresh()
	}
	return all[name]
}

func apiExec(e *Exec) *api.ExecConfig {
	if e == nil {
		return nil
	}
	x := &api.ExecConfig{Command: e.Command, Args: e.Args, APIVersion: e.APIVersion, InstallHint: e.InstallHint,
		InteractiveMode: api.ExecInteractiveMode(e.InteractiveMode)}
	if x.InteractiveMode == "" {
		x.InteractiveMode = api.IfAvailableExecInteractiveMode
	}
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		x.Env = append(x.Env, api.ExecEnvVar{Name: name, Value: e.Env[name]})
	}
	return x
}

func modify(path string, change func(*api.Config)) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	fail := func(err error) error { return fault.Wrap(fault.Failure, "write kubeconfig "+path, err) }
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fail(err)
	}
	unlock, err := lock(path)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	config, err := clientcmd.LoadFromFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		config, err = api.NewConfig(), nil
	}
	if err != nil {
		return fail(err)
	}
	change(config)
	data, err := clientcmd.Write(*config)
	if err != nil {
		return fail(err)
	}
	if err := replace(path, data); err != nil {
		return fail(err)
	}
	return nil
}

// Waiting for another writer: kubectl holds its lock for milliseconds.
const (
	lockTries = 100
	lockPause = 50 * time.Millisecond
)

// lock takes kubectl's own lock (client-go's clientcmd, lockFile): a file that
// must not be there yet.
func lock(path string) (unlock func(), err error) {
	name := path + ".lock"
	for range lockTries {
		var f *os.File
		if f, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0); err == nil {
			f.Close()
			return func() { os.Remove(name) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		time.Sleep(lockPause)
	}
	return nil, fault.Hint(fmt.Errorf("somebody else is writing it: %w", err),
		"rm "+name+"   # if no kubectl is running: a lock of one that was killed")
}

// replace writes a new file beside path and renames it over path.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".kubeconfig-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing is left to remove after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
