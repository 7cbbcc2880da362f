// Package edit changes the credential plugin of single users in a kubeconfig
// and leaves every other byte of the file as it is: comments, order, quotes,
// line ends. It reads and writes no file, and it does not know what plugins
// mean.
package edit

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// File is a kubeconfig in YAML or JSON.
type File struct {
	data []byte
	root *yaml.Node
}

// User is a user as the file has it.
type User struct {
	Name     string
	Exec     map[string]any    // fields of the credential plugin; nil without one
	Provider string            // name of the auth-provider, which kubectl 1.26 dropped
	Config   map[string]string // of the auth-provider
	Secrets  []string          // token, password and key, for whoever must not show them
}

// Change is what becomes of a user's plugin. An empty string leaves a field as
// it is; nil Args leave the arguments.
type Change struct {
	APIVersion, Command, InstallHint, InteractiveMode string
	Args                                              []string
}

// Parse reads a kubeconfig. The error says why it cannot be edited.
func Parse(data []byte) (*File, error) {
	f := &File{data: data, root: &yaml.Node{}}
	if err := yaml.Unmarshal(data, f.root); err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	var whole map[string]any // finds keys that stand twice, which the tree allows
	if err := yaml.Unmarshal(data, &whole); err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	return f, nil
}

// Bytes returns the file as it is now.
func (f *File) Bytes() []byte { return f.data }

// Users returns the users in the file's order.
func (f *File) Users() []User {
	var users []User
	for _, item := range f.list("users") {
		var u struct {
			Name string `yaml:"name"`
			User struct {
				Token    string         `yaml:"token"`
				Password string         `yaml:"password"`
				Key      string         `yaml:"client-key-data"`
				Exec     map[string]any `yaml:"exec"`
				Provider struct {
					Name   string            `yaml:"name"`
					Config map[string]string `yaml:"config"`
				} `yaml:"auth-provider"`
			} `yaml:"user"`
		}
		if item.Decode(&u) == nil {
			users = append(users, User{Name: u.Name, Exec: u.User.Exec, Provider: u.User.Provider.Name, Config: u.User.Provider.Config,
				Secrets: []string{u.User.Token, u.User.Password, u.User.Key}})
		}
	}
	return users
}

// Has reports whether the file defines a user.
func (f *File) Has(user string) bool { return f.user(user) != nil }

// Contexts returns the user that each context names, and the current context.
func (f *File) Contexts() (users map[string]string, current string) {
	users = map[string]string{}
	for _, item := range f.list("contexts") {
		var c struct {
			Name    string `yaml:"name"`
			Context struct {
				User string `yaml:"user"`
			} `yaml:"context"`
		}
		if _, seen := users[c.Name]; item.Decode(&c) == nil && !seen {
			users[c.Name] = c.Context.User
		}
	}
	if n := value(f.document(), "current-context"); n != nil {
		current = n.Value
	}
	return users, current
}

// SetExec changes the plugin of a user, or puts one in place of its
// auth-provider. Fields that the change does not name stay. Nothing is changed
// with an error: the file is written in a way that cannot be edited alone
// (aliases, merged keys).
func (f *File) SetExec(user string, c Change) error {
	next := &File{data: f.data, root: f.root}
	if err := next.setExec(user, c); err != nil {
		return fmt.Errorf("change user %q: %w", user, err)
	}
	if err := differsOnlyIn(f.data, next.data, user, c); err != nil {
		return fmt.Errorf("change user %q: %w", user, err)
	}
	*f = *next
	return nil
}

func (f *File) setExec(user string, c Change) error {
	u := f.user(user)
	if u == nil || u.Kind != yaml.MappingNode {
		return errors.New("it has no credential plugin to change")
	}
	if value(u, "exec") == nil {
		if value(u, "auth-provider") == nil {
			return errors.New("it has no credential plugin to change")
		}
		return f.splice(u, "auth-provider", "exec", c.fields())
	}
	for _, field := range c.fields() {
		exec := value(f.user(user), "exec")
		if exec.Kind != yaml.MappingNode || len(exec.Content) == 0 {
			return errors.New("its credential plugin is written in a way that cannot be edited")
		}
		var err error
		if value(exec, field.name) == nil {
			err = f.insert(exec, field)
		} else {
			err = f.splice(exec, field.name, field.name, field.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errElsewhere is returned when an edit would reach further than meant.
var errElsewhere = errors.New("the file uses aliases or a layout that cannot be edited in place: change it by hand")

// differsOnlyIn is the proof of an edit: both files say the same but for the
// plugin, and that says what was wanted.
func differsOnlyIn(before, after []byte, user string, c Change) error {
	old, oldExec, err := without(before, user)
	if err != nil {
		return err
	}
	now, nowExec, err := without(after, user)
	if err != nil {
		return errElsewhere
	}
	want := maps.Clone(oldExec)
	if want == nil {
		want = map[string]any{}
	}
	for _, f := range c.fields() {
		want[f.name] = f.value
	}
	if !reflect.DeepEqual(old, now) || !reflect.DeepEqual(want, nowExec) {
		return errElsewhere
	}
	return nil
}

// without returns what a file says but for one user's plugin, and the plugin.
func without(data []byte, user string) (rest map[string]any, exec map[string]any, err error) {
	if err := yaml.Unmarshal(data, &rest); err != nil {
		return nil, nil, err
	}
	users, _ := rest["users"].([]any)
	for _, item := range users {
		m, _ := item.(map[string]any)
		if u, ok := m["user"].(map[string]any); ok && m["name"] == user {
			exec, _ = u["exec"].(map[string]any)
			delete(u, "exec")
			delete(u, "auth-provider")
			break
		}
	}
	return rest, exec, nil
}
