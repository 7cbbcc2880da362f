package gettoken

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// store chooses where sign-ins are kept, and says why there.
func (o Options) store(getenv func(string) string) (tokencache.Dir, login.Store, error) {
	switch o.Store {
	case token.StoreMemory:
		return tokencache.Nowhere, login.Store{Name: token.StoreMemory, Reason: "asked for by --token-store: nothing is kept, and each call signs in"}, nil
	case token.StoreSystem:
		return "", login.Store{}, fault.New(fault.Store, "--token-store system: this build has no key store of the system",
			"--token-store file keeps the key in a file that only you can read")
	}
	dir, err := tokencache.Locate(o.CacheDir, getenv)
	switch {
	case err != nil && o.Store == token.StoreFile:
		return "", login.Store{}, fault.Wrap(fault.Store, "", err)
	case err != nil: // a container without a home still gets its token
		return tokencache.Nowhere, login.Store{Name: token.StoreMemory, Reason: err.Error()}, nil
	}
	reason := "refresh tokens are sealed with a key in a file that only you can read, as asked for by --token-store"
	if o.Store != token.StoreFile {
		reason = "refresh tokens are sealed with a key in a file that only you can read; this build has no key store of the system"
	}
	return dir, login.Store{Name: token.StoreFile, Reason: reason}, nil
}
