package gettoken

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/system"
)

// store chooses where sign-ins are kept, and can say why there. No key store is
// opened before a refresh token is needed: a cached token costs none.
func (o Options) store(getenv func(string) string) (tokencache.Dir, *vault.Ring, func() login.Store, error) {
	memory := func(reason string) (tokencache.Dir, *vault.Ring, func() login.Store, error) {
		return tokencache.Nowhere, &vault.Ring{}, func() login.Store { return login.Store{Name: token.StoreMemory, Reason: reason} }, nil
	}
	if o.Store == token.StoreMemory {
		return memory("asked for by --token-store: nothing is kept, and each call signs in")
	}
	dir, err := tokencache.Locate(o.CacheDir, getenv)
	switch {
	case err != nil && o.Store != token.StoreAuto && o.Store != "":
		return "", nil, nil, fault.Wrap(fault.Store, "", err)
	case err != nil: // a container without a home still gets its token
		return memory(err.Error())
	}
	stores := system.Of(getenv, dir)
	file := vault.FileKey{Dir: dir}
	ring := &vault.Ring{Open: append(stores.All(), file)}
	switch o.Store {
	case token.StoreFile:
		ring.Seal = []vault.KeyStore{file}
	case token.StoreSystem, token.StoreKeyring:
		s := stores.Main
		if o.Store == token.StoreKeyring {
			s = stores.Kernel
		}
		if s == nil {
			return "", nil, nil, fault.Hint(fault.Newf(fault.Store, "--token-store %s: this system has none", o.Store),
				"--token-store file keeps the key in a file that only you can read")
		}
		ring.Seal = []vault.KeyStore{s}
	default:
		if stores.Main != nil {
			ring.Seal = []vault.KeyStore{stores.Main}
		}
		ring.Seal = append(ring.Seal, file)
	}
	return dir, ring, func() login.Store { return describe(ring, o.Store) }, nil
}

// describe says which store a ring seals with, and why that one.
func describe(ring *vault.Ring, asked string) login.Store {
	key, err := ring.Key("")
	if err != nil {
		return login.Store{Name: "none", Reason: "nothing is kept: " + err.Error()}
	}
	s := login.Store{Name: vault.Class(key.ID), Reason: "refresh tokens are sealed with a key in "}
	if where := system.Name(s.Name); where != "" {
		s.Reason += where
	} else {
		s.Reason += "a file that only you can read"
	}
	switch why := ring.Why(); {
	case asked != token.StoreAuto && asked != "":
		s.Reason += ", as asked for by --token-store"
	case why != nil:
		s.Reason += "; not used: " + why.Error()
	case s.Name == token.StoreFile:
		s.Reason += "; this system has no key store of its own"
	}
	return s
}
