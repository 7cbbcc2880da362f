package system

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/keychain"
)

func of(func(string) string, tokencache.Dir) Stores {
	return Stores{Main: keychain.Store{Program: keychain.Program}}
}
