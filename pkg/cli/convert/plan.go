package convert

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// file is a kubeconfig and what becomes of it.
type file struct {
	*edit.File
	path    string
	data    []byte // as it was read
	changes []change
}

// change is what becomes of one user.
type change struct {
	user     string
	from     sort
	contexts []string // that use it
	edit.Change
}

func parse(path string, data []byte) (*file, error) {
	f, err := edit.Parse(data)
	return &file{File: f, path: path, data: data}, err
}

// plan decides the changes of every file. What is left alone although it was
// named, and what a change means, is said on Err.
func (c *command) plan(files []*file) ([]*file, error) {
	contexts := map[string]string{}
	for _, f := range files {
		users, _ := f.Contexts()
		for name, user := range users {
			if _, taken := contexts[name]; !taken {
				contexts[name] = user
			}
		}
	}
	for _, name := range c.contexts {
		if _, ok := contexts[name]; !ok {
			return nil, fault.Hint(fault.Newf(fault.NotFound, "the kubeconfig has no context %q", name), "kubectl config get-contexts")
		}
	}
	seen := map[string]bool{}
	for _, f := range files {
		for _, u := range f.Users() {
			if seen[u.Name] {
				continue
			}
			seen[u.Name] = true
			var using, chosen []string
			for name, user := range contexts {
				if user == u.Name {
					using = append(using, name)
					if slices.Contains(c.contexts, name) {
						chosen = append(chosen, name)
					}
				}
			}
			slices.Sort(using)
			if len(c.contexts) == 0 || len(chosen) > 0 {
				c.decide(f, u, using, len(chosen))
			}
		}
	}
	return files, nil
}

// decide adds what becomes of a user to the file's changes, if anything does.
func (c *command) decide(f *file, u edit.User, using []string, chosen int) {
	from := sortOf(u)
	convertible := from == kubelogin || from == provider
	if c.to == string(kubelogin) {
		convertible = from == ours
	}
	say := func(text string) {
		fmt.Fprintf(c.Err, "aad: user %s: %s\n", safetext.Clean(u.Name), text)
	}
	switch {
	case !convertible && (chosen > 0 || from == oidc) && string(from) != c.to:
		say(fmt.Sprintf("left alone: it signs in with %s", from))
		return
	case !convertible:
		return
	case from == provider && u.Config["apiserver-id"] == "":
		say("left alone: its auth-provider names no apiserver-id")
		return
	}
	if chosen > 0 && chosen < len(using) {
		say(fmt.Sprintf("is shared: contexts %v change with it", using))
	}
	ch := change{user: u.Name, from: from, contexts: using}
	var notes []string
	if c.to == string(kubelogin) {
		ch.Change, notes = toKubelogin(u)
	} else {
		ch.Change = toOurs(u)
		args := ch.Args
		if args == nil {
			args = argsOf(u)
		}
		var adopted []string
		if adopted, notes = adopt(u, args, c.Getenv, c.adoptEnv); !slices.Equal(adopted, args) || ch.Args != nil {
			ch.Args = adopted
		}
	}
	for _, n := range notes {
		say(n)
	}
	f.changes = append(f.changes, ch)
}

// apply makes the changes in a text of the file.
func (f *file) apply(data []byte) ([]byte, error) {
	e, err := edit.Parse(data)
	if err != nil {
		return nil, fault.Wrap(fault.Config, f.path, err)
	}
	for _, ch := range f.changes {
		if err := e.SetExec(ch.user, ch.Change); err != nil {
			return nil, fault.Wrap(fault.Config, f.path, err)
		}
	}
	return e.Bytes(), nil
}

// backup keeps the file as it was, readable by its user only, under a name that
// is not taken.
func (f *file) backup(now time.Time) (string, error) {
	name := f.path + now.UTC().Format(".20060102-150405") + ".bak"
	for n := 1; ; n++ {
		out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if os.IsExist(err) && n < 100 {
			name = fmt.Sprintf("%s%s-%d.bak", f.path, now.UTC().Format(".20060102-150405"), n)
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = out.Write(f.data)
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		return name, err
	}
}
