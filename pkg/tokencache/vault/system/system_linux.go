package system

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/kernelring"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/secretservice"
)

func of(getenv func(string) string, _ tokencache.Dir) Stores {
	return Stores{Main: secretservice.Find(getenv), Kernel: kernelring.Store{Name: "kubectl-aad"}}
}
