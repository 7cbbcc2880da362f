// Package journey_test walks through the product as its users do: the real
// executables, a real kubectl, real API servers and real terminals, one script
// a topic in testdata. It needs bin/ (make build build-sandbox).
package journey_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// bin is where make puts the executables.
const bin = "../../../../bin"

func TestJourney(t *testing.T) {
	dir, err := filepath.Abs(bin)
	if err != nil {
		t.Fatal(err)
	}
	for _, exe := range []string{"kubectl-aad", "aad-core", "aad-webhook", "aad-sandbox", "kubectl"} {
		if _, err := os.Stat(filepath.Join(dir, exe)); err != nil {
			t.Fatalf("%v: run make build build-sandbox", err)
		}
	}
	peer := newKubelogin(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox":   sandboxUp,
			"as":        as,
			"graph":     graphCall,
			"arm":       armCall,
			"field":     field,
			"share":     share,
			"router":    routerUp,
			"apiserver": apiserver,
		},
		Condition: func(cond string) (bool, error) {
			if cond != "kubelogin" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return peer.built(), nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("BIN", dir)
			env.Setenv("KUBELOGIN", peer.path)
			env.Setenv("PATH", dir+string(os.PathListSeparator)+"/usr/bin:/bin")
			env.Setenv("SANDBOX", filepath.Join(env.WorkDir, ".sb"))
			env.Setenv("AZURE_CLOUD_FILE", filepath.Join(env.WorkDir, ".sb", "cloud.json"))
			ctx, cancel := context.WithCancel(context.Background())
			env.Defer(cancel)
			env.Values[ctxKey{}] = ctx
			return nil
		},
	})
}

type ctxKey struct{}
