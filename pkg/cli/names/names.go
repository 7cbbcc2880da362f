// Package names is the filter that puts names beside the object ids in any
// text. It never asks anybody, changes nothing but its own cache of names, and
// lets through what it does not know as it is.
package names

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// maxStrangers is how many ids that are no object ids are asked for as client
// ids: what fits into one request.
const maxStrangers = 300

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "names",
		Short: "Put names beside the object ids in any text",
		Long: `Read a text and write it again with the name from Entra ID behind each object id
of a user, group or application: YAML, JSON (which stays JSON), audit logs, diffs,
anything. Names are kept for a week, so that most texts need no request; nobody is
asked to sign in. What cannot be looked up is left as it is.`,
		Example: `  kubectl get clusterrolebindings -o yaml | kubectl aad names
  kubectl logs -f deploy/audit | kubectl aad names
  git diff | kubectl aad names --offline`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := newCache(f)
			l := &lookup{Factory: f.Quiet(), cache: c, offline: offline}
			return filter(cmd.Context(), f.In, f.Out, l.names)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "use the names that are known here, and no network")
	f.AddManagementFlags(cmd)
	return cmd
}

// lookup finds names: in the cache, else in the directory.
type lookup struct {
	*factory.Factory
	cache   *cache
	offline bool
	dir     factory.Directory
	silent  bool // the directory failed: it is not asked again
}

// names returns what is known of ids, which are in lower case.
func (l *lookup) names(ctx context.Context, ids []string) map[string]string {
	now := l.Now()
	known, missing := l.cache.get(ids, now)
	if len(missing) == 0 || l.offline || l.silent {
		return known
	}
	found, err := l.ask(ctx, missing)
	for id, name := range found {
		known[id] = name
	}
	if err != nil {
		l.silent = true
		if ctx.Err() == nil {
			fmt.Fprintf(l.Err, "warning: %d ids stay without names: %s\n", len(missing)-len(found), safetext.Clean(err.Error()))
			if fault.KindOf(err) == fault.SignIn {
				fmt.Fprintln(l.Err, "a command that may ask, such as kubectl aad bindings, signs in")
			}
		}
		missing = nil // who was not asked for is not unknown
	}
	l.cache.put(found, missing, now)
	return known
}

// ask looks ids up in the directory: as object ids, then as client ids.
func (l *lookup) ask(ctx context.Context, ids []string) (map[string]string, error) {
	found := map[string]string{}
	if l.dir == nil {
		dir, err := l.Directory(ctx)
		if err != nil {
			return found, err
		}
		l.dir = dir
	}
	objects := make([]entra.ObjectID, len(ids))
	for i, id := range ids {
		objects[i] = entra.ObjectID(id)
	}
	principals, err := l.dir.Principals(ctx, objects)
	for _, p := range principals {
		found[string(p.ID)] = title(p)
	}
	if err != nil {
		return found, err
	}
	var refs []directory.Ref
	for _, id := range ids {
		if found[id] == "" {
			refs = append(refs, directory.Ref{Text: id, Kind: entra.ServicePrincipal, By: directory.ClientID})
		}
	}
	if len(refs) == 0 || len(refs) > maxStrangers {
		return found, nil
	}
	apps, err := l.dir.FindAll(ctx, refs, nil)
	for i, a := range apps {
		if len(a) == 1 {
			found[refs[i].Text] = title(a[0])
		}
	}
	return found, err
}

// longest is how many characters of a name are shown.
const longest = 80

// title is a principal's name for the inside of any text: on one line, and
// without what would end a string of JSON or YAML.
func title(p entra.Principal) string {
	name := p.SignInName()
	if name == "" {
		name = p.Name
	}
	name = strings.NewReplacer(`"`, "'", `\`, "/", "(", "[", ")", "]").Replace(safetext.Clean(name))
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	return name
}
