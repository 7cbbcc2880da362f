package apply

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding/access"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func readFile(path string, in io.Reader) (access.Set, error) {
	if path == "-" {
		return access.Read("stdin", in)
	}
	file, err := os.Open(path)
	if err != nil {
		return access.Set{}, fault.Wrap(fault.Usage, "read the access file", err)
	}
	defer file.Close()
	return access.Read(path, file)
}

// resolve looks up everybody whom the sets name, each once, and warns where a
// file calls somebody otherwise than the directory does.
func resolve(ctx context.Context, f *factory.Factory, sets []access.Set) (map[directory.Ref]entra.Principal, error) {
	var refs []directory.Ref
	found := map[directory.Ref]entra.Principal{}
	for _, set := range sets {
		for _, e := range set.Entries {
			if _, ok := found[e.Ref]; !ok {
				found[e.Ref] = entra.Principal{}
				refs = append(refs, e.Ref)
			}
		}
	}
	if len(refs) == 0 {
		return found, nil
	}
	principals, err := people.Find(ctx, f, refs, "")
	if err != nil {
		return nil, err
	}
	for i, ref := range refs {
		found[ref] = principals[i]
	}
	var mapper binding.Mapper
	warned := map[entra.ObjectID]bool{}
	for _, set := range sets {
		for _, e := range set.Entries {
			p := found[e.Ref]
			if e.Name != "" && !strings.EqualFold(e.Name, safetext.Clean(p.Name)) && !strings.EqualFold(e.Name, p.SignInName()) {
				fmt.Fprintf(f.Err, "warning: %s: the file calls %s %q\n", safetext.Clean(e.Where), directory.Describe(p), safetext.Clean(e.Name))
			}
			if !warned[p.ID] {
				warned[p.ID] = true
				for _, w := range mapper.Warnings(p) {
					fmt.Fprintln(f.Err, "warning: "+w)
				}
			}
		}
	}
	return found, nil
}
