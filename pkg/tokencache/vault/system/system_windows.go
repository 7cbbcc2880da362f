package system

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/dpapi"
)

func of(_ func(string) string, dir tokencache.Dir) Stores {
	return Stores{Main: dpapi.Store{Dir: dir, API: dpapi.Windows{}}}
}
