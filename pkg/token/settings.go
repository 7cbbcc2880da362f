package token

import (
	"slices"
)

// Setting is one flag of get-token and where its value comes from.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // "[redacted]" for a secret
	Source string `json:"source"`
	// Overruled are environment variables that say something else and lose:
	// Azure/kubelogin would have used the last of them.
	Overruled []string `json:"overruled,omitempty"`
}

// The sources of settings that are no variable's name.
const (
	FromArguments = "argument"
	FromDefault   = "default"
)

// Settings tells where each setting of a command line comes from: those that
// are set, and the defaults that matter. The error is Parse's.
func Settings(args []string, getenv func(string) string) ([]Setting, error) {
	given, err := scan(args)
	if err != nil {
		return nil, err
	}
	cmd, err := Parse(args, getenv)
	if err != nil {
		return nil, err
	}
	merged, _ := merge(given, getenv)
	var list []Setting
	for _, f := range flags {
		s := Setting{Name: f.Name, Value: merged[f.Name]}
		value, isGiven := given[f.Name]
		switch {
		case isGiven:
			s.Source = FromArguments
			s.Overruled = others(f, value, given, getenv)
		case s.Value != "":
			s.Source = variable(f, s.Value, given, getenv)
		default:
			s.Source, s.Value = FromDefault, cmd.fallback(f.Name)
		}
		if f.secret() && s.Value != "" {
			s.Value = "[redacted]"
		}
		if s.Value != "" {
			list = append(list, s)
		}
	}
	return list, nil
}

// fallback is the value that counts where nothing is set.
func (c Command) fallback(name string) string {
	switch name {
	case "login":
		return c.Method
	case "client-id":
		return string(c.Client)
	case "cloud":
		return c.Cloud.Name
	}
	return ""
}

func (f Flag) secret() bool { return slices.Contains([]string{"SECRET", "PASSWORD"}, f.Value) }

// variables are those that stand for a flag on this command line.
func (f Flag) variables(given values, getenv func(string) string) []string {
	if given.environmentOff() {
		return nil
	}
	names := f.env
	if given["use-azurerm-env-vars"] == "true" {
		names = slices.Concat(f.armEnv, f.env)
	}
	if f.envFor == nil {
		return names
	}
	method, err := chooseMethod(given, getenv)
	if err != nil {
		return names
	}
	return slices.Concat(names, f.envFor[method])
}

func variable(f Flag, value string, given values, getenv func(string) string) string {
	for _, name := range f.variables(given, getenv) {
		if getenv(name) == value {
			return name
		}
	}
	return FromDefault
}

func others(f Flag, value string, given values, getenv func(string) string) (names []string) {
	for _, name := range f.variables(given, getenv) {
		if e := getenv(name); e != "" && e != value {
			names = append(names, name)
		}
	}
	return names
}
