// Package system knows the key stores of the operating system that this program
// runs on. It opens none of them.
package system

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// names are the stores as people know them, by the class of their keys.
var names = map[string]string{
	"secret-service": "the Secret Service of the desktop",
	"keychain":       "the macOS Keychain",
	"dpapi":          "Windows data protection",
	"keyring":        "the kernel's keyring, which forgets at reboot",
}

// Name returns a class of keys as people know it, or "" for what is no store of
// a system.
func Name(class string) string { return names[class] }

// Stores are those of an operating system.
type Stores struct {
	// Main is taken by itself; nil: this system has none.
	Main vault.KeyStore
	// Kernel forgets at reboot and is taken on request only; nil: there is none.
	Kernel vault.KeyStore
}

// All returns the stores that there are.
func (s Stores) All() []vault.KeyStore {
	var list []vault.KeyStore
	for _, k := range []vault.KeyStore{s.Main, s.Kernel} {
		if k != nil {
			list = append(list, k)
		}
	}
	return list
}

// Of returns the stores of this system, for a cache.
func Of(getenv func(string) string, dir tokencache.Dir) Stores { return of(getenv, dir) }
