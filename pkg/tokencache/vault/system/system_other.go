//go:build !linux && !darwin && !windows

package system

import "github.com/kubectl-aad/kubectl-aad/pkg/tokencache"

func of(func(string) string, tokencache.Dir) Stores { return Stores{} }
