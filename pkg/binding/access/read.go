package access

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// maxFile is the largest access file that is read, in bytes.
const maxFile = 16 << 20

// Read reads an access file, YAML or JSON, called path in errors. A field that
// the format does not have is an error, and so is a second document. All that is
// wrong is told at once, each with its line; the error is of kind fault.Usage.
func Read(path string, r io.Reader) (Set, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return Set{}, fault.Wrap(fault.Usage, "read "+path, err)
	case len(data) > maxFile:
		return Set{}, fault.Newf(fault.Usage, "%s: more than %d MiB are no access file", path, maxFile>>20)
	}
	var file File
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return Set{}, plainly(path, err)
	}
	var rest yaml.Node
	if err := d.Decode(&rest); !errors.Is(err, io.EOF) {
		return Set{}, fault.Newf(fault.Usage, "%s: it holds more than one document: an access file is one set", path)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return Set{}, plainly(path, err)
	}
	return check(path, file, lines{&root})
}

// typeName is how the yaml package ends its complaints: with a word of ours
// that is no word of the file.
var typeName = regexp.MustCompile(` (in type|into) (\[\])?\w+(\.\w+)?$`)

// plainly tells of a failure of the yaml package, a line for each complaint.
func plainly(path string, err error) error {
	if errors.Is(err, io.EOF) {
		return fault.Newf(fault.Usage, "%s: it is empty: an access file has at least apiVersion, kind, metadata and grants", path)
	}
	complaints := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		complaints = typed.Errors
	}
	var errs []error
	for _, c := range complaints {
		errs = append(errs, fault.New(fault.Usage, path+", "+typeName.ReplaceAllString(c, "")))
	}
	return fault.Join(errs...)
}

// lines finds the lines of a file's parts.
type lines struct{ root *yaml.Node }

// of returns the line of a part that is reached by keys and positions; of one
// that is not there, the line of what would hold it.
func (l lines) of(path ...any) int {
	n := l.root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return n.Line
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// complaints are what is wrong with a file, each with its line.
type complaints struct {
	path  string
	lines lines
	errs  []error
}

func (c *complaints) at(path []any, format string, args ...any) {
	c.errs = append(c.errs, fault.New(fault.Usage, fmt.Sprintf("%s, line %d: ", c.path, c.lines.of(path...))+fmt.Sprintf(format, args...)))
}
