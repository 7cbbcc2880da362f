package lint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
)

// object is a binding with everything that is in it, ours or not.
type object = map[string]any

// kept is one binding as it was; nil: it was not there.
type kept struct {
	Path   []string `json:"path"`
	Before object   `json:"before"`
}

// notes are what an undo file holds.
type notes struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Server     string `json:"server"`
	At         string `json:"at"`
	Changes    []kept `json:"changes"`
}

const undoKind = "LintUndo"

// journal writes down each binding before it is changed for the first time.
type journal struct {
	*bindings.World
	path string
	notes
}

// newJournal makes the file, which must not be there yet.
func newJournal(path string, w *bindings.World) (*journal, error) {
	if path == "" {
		path = "aad-lint-undo-" + w.Now().UTC().Format("20060102-150405") + ".json"
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fault.Newf(fault.Conflict, "the undo file %q exists: it is the way back of an earlier run", path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Failure, "keep an undo file", err, "choose another place with --undo-file")
	}
	j := &journal{World: w, path: path, notes: notes{"aad.kubectl.dev/v1alpha1", undoKind, w.Cluster.Server(), w.Now().UTC().Format("2006-01-02T15:04:05Z"), []kept{}}}
	return j, errors.Join(file.Close(), j.save())
}

func (j *journal) save() error {
	data, err := json.MarshalIndent(j.notes, "", "  ")
	if err == nil {
		err = os.WriteFile(j.path, append(data, '\n'), 0o600)
	}
	return fault.Wrap(fault.Failure, "keep an undo file", err)
}

// keep reads a binding and writes down how it was at first.
func (j *journal) keep(ctx context.Context, path []string) (object, error) {
	now, err := read(ctx, j.Cluster, path)
	if err != nil || slices.ContainsFunc(j.Changes, func(k kept) bool { return slices.Equal(k.Path, path) }) {
		return now, err
	}
	j.Changes = append(j.Changes, kept{path, now})
	return now, j.save()
}

// read returns an object, or nil if there is none.
func read(ctx context.Context, c *kube.Cluster, path []string) (o object, err error) {
	err = c.Do(ctx, kube.Call{Op: "read " + path[len(path)-1], Path: path}, &o)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return o, err
}

func resourceVersion(o object) any {
	meta, _ := o["metadata"].(object)
	return meta["resourceVersion"]
}

// undo takes back what a fix changed, the last change first.
func undo(ctx context.Context, f *factory.Factory, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fault.Wrap(fault.Usage, "read the undo file", err)
	}
	var n notes
	if err := json.Unmarshal(data, &n); err != nil || n.Kind != undoKind {
		return fault.Newf(fault.Usage, "%q is no undo file of lint", file)
	}
	c, err := kube.Connect(f.Kube)
	if err != nil {
		return err
	}
	if c.Server() != n.Server {
		return fault.Newf(fault.Usage, "the undo file is of the cluster %q, and the context's is %q", n.Server, c.Server())
	}
	for _, k := range slices.Backward(n.Changes) {
		if len(k.Path) < 5 || k.Path[1] != binding.Group || !strings.HasSuffix(k.Path[len(k.Path)-2], "rolebindings") {
			return fault.Newf(fault.Usage, "%q holds a change of something else than a binding", file)
		}
		said, err := k.restore(ctx, c)
		if err != nil {
			return err
		}
		fmt.Fprintf(f.Err, "%s %s\n", strings.Join(k.Path[3:], "/"), said)
	}
	return nil
}

// restore makes a binding what it was.
func (k kept) restore(ctx context.Context, c *kube.Cluster) (string, error) {
	now, err := read(ctx, c, k.Path)
	if err != nil {
		return "", err
	}
	name := k.Path[len(k.Path)-1]
	switch {
	case k.Before == nil && now == nil:
		return "is not there, as before", nil
	case k.Before == nil:
		return "deleted", c.Do(ctx, kube.Call{Op: "delete " + name, Method: http.MethodDelete, Path: k.Path,
			Body: object{"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": object{"resourceVersion": resourceVersion(now)}}}, nil)
	case now == nil:
		meta, _ := k.Before["metadata"].(object)
		for _, field := range []string{"resourceVersion", "uid", "creationTimestamp", "managedFields", "generation"} {
			delete(meta, field)
		}
		return "created again", c.Do(ctx, kube.Call{Op: "create " + name, Method: http.MethodPost, Path: k.Path[:len(k.Path)-1], Body: k.Before}, nil)
	}
	return "has its subjects back", c.Do(ctx, kube.Call{Op: "change " + name, Method: http.MethodPatch, Path: k.Path, ContentType: "application/json-patch+json",
		Body: []any{
			object{"op": "test", "path": "/metadata/resourceVersion", "value": resourceVersion(now)},
			object{"op": "add", "path": "/subjects", "value": k.Before["subjects"]},
		}}, nil)
}
